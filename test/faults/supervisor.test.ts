import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, onTestFinished, test, vi } from "vitest";
import type { Manifest } from "../../src/services/manifest/service.ts";
import { bringUp, type UpRequest } from "../../src/services/supervisor/bring-up.ts";
import { readStack } from "../../src/services/supervisor/look.ts";
import { readStates } from "../../src/services/supervisor/states.ts";
import { openSupervisor, type Watch } from "../../src/services/supervisor/supervisor.ts";
import { saveWanted, wish } from "../../src/services/supervisor/wanted.ts";
import { needs as part } from "../parts.ts";
import { stackOf, stageOf } from "../services/supervisor/box.ts";
import { openBox, podman } from "../services/supervisor/own-podman.ts";
import { checksFile, image, script, service } from "../services/supervisor/services.ts";

const plain: UpRequest = { names: [], wait: true, build: "missing", pull: "missing", secrets: () => null };
const watch: Watch = {
  reconcileMs: 10_000,
  settledHealthMs: 60_000,
  healUnhealthy: true,
  unhealthyGraceMs: 500,
};

async function supervised(manifest: Manifest, over: Partial<Watch> = {}, loopAfter = 3) {
  const home = mkdtempSync(join(tmpdir(), "aistack-test-"));
  const stage = stageOf(manifest);
  await bringUp(stage, plain, { signal: AbortSignal.timeout(20_000) });
  const services = Object.fromEntries(manifest.services.map(({ name }) => [name, true]));
  await saveWanted(home, { project: manifest.project, files: [], profiles: [], tier: null, named: [], services });
  const end = new AbortController();
  const backoff = { firstMs: 200, maxMs: 2000, loopAfter, stableMs: 20_000 };
  const court = {
    stage,
    home,
    backoff,
    secrets: () => null,
    current: async () => null,
    luck: () => 0,
    signal: end.signal,
  };
  const supervisor = openSupervisor(court, { ...watch, ...over });
  const running = supervisor.run();
  const ended = async () => {
    end.abort();
    await running;
  };
  onTestFinished(async () => {
    await ended();
    rmSync(home, { recursive: true, force: true });
  });
  const state = (name: string) => supervisor.states.find((one) => one.name === name);
  await until(() => supervisor.states.every(({ phase }) => phase === "running" || phase === "completed"));
  return { stage, home, supervisor, state, end: ended };
}

const waiting = { timeout: 25_000, interval: 200 };

async function until(holds: () => boolean, withinMs = 25_000): Promise<void> {
  const end = performance.now() + withinMs;
  while (!holds()) {
    if (performance.now() > end) throw new Error(`it did not come to hold in time: ${holds}`);
    await new Promise((done) => setTimeout(done, 200));
  }
}

const pidOf = (manifest: Manifest, name: string, which: "Pid" | "ConmonPid") =>
  Number(podman("inspect", "--format", `{{.State.${which}}}`, `${manifest.project}-${name}`).stdout);

const streams = () =>
  spawnSync("pgrep", ["-P", String(process.pid), "-f", "podman events"], { encoding: "utf8" })
    .stdout.split("\n")
    .filter(Boolean)
    .map(Number);

const well = "touch /tmp/well; while :; do sleep 0.1; done";

describe.skipIf(part("podman").missing)("the supervisor with real Podman", () => {
  test("brings a killed container back to healthy by itself", async () => {
    const manifest = stackOf(script("web", well, { healthcheck: checksFile("/tmp/well") }), service("other"));
    const { state, stage } = await supervised(manifest);
    const pid = pidOf(manifest, "web", "Pid");
    process.kill(pid, "SIGKILL");
    await until(() => (state("web")?.restarts ?? 0) > 0 && state("web")?.health === "healthy");
    const died = stage.said.filter(({ type }) => type === "service.died");
    expect(died).toMatchObject([{ service: "web", exitCode: 137, why: "it ended with 137" }]);
    expect(pidOf(manifest, "web", "Pid")).not.toBe(pid);
    expect(state("other")?.restarts).toBe(0);
  });

  test("brings a container back to healthy whose conmon was killed", async () => {
    const manifest = stackOf(script("web", well, { healthcheck: checksFile("/tmp/well") }));
    const { state } = await supervised(manifest);
    const conmon = pidOf(manifest, "web", "ConmonPid");
    process.kill(conmon, "SIGKILL");
    await until(() => ![0, conmon].includes(pidOf(manifest, "web", "ConmonPid")) && state("web")?.health === "healthy");
  });

  test("rests longer between restarts of what keeps dying, and calls it a crash loop", async () => {
    const manifest = stackOf(
      script("bad", "test -e /data/die && exit 1; while :; do sleep 0.1; done", {
        restart: { policy: "always", maxRetries: null },
        mounts: [{ type: "volume", source: "data", target: "/data", readOnly: false, options: [] }],
      }),
    );
    const { state, stage } = await supervised(manifest);
    podman("exec", `${manifest.project}-bad`, "touch", "/data/die");
    process.kill(pidOf(manifest, "bad", "Pid"), "SIGKILL");
    await until(() => state("bad")?.phase === "crash loop");
    expect(state("bad")?.why).toBe("it ended with 1");
    const codes = stage.said.flatMap((event) => (event.type === "service.died" ? [event.exitCode] : []));
    expect(new Set([137, ...codes])).toEqual(new Set([137, 1]));
    const rests = () => stage.said.flatMap((event) => (event.type === "service.died" ? (event.restartMs ?? 0) : []));
    await until(() => rests().includes(2000));
    const grown = rests().filter((rest) => rest > 0);
    expect(grown).toEqual(grown.toSorted((a, b) => a - b));
    podman("run", "--rm", "--volume", `${manifest.project}_data:/data`, image, "rm", "/data/die");
    await until(() => state("bad")?.phase === "running");
  });

  test("tells every other process what it made of a service, as long as it lives", async () => {
    const manifest = stackOf(
      script("bad", "test -e /data/die && exit 1; while :; do sleep 0.1; done", {
        restart: { policy: "on-failure", maxRetries: null },
        mounts: [{ type: "volume", source: "data", target: "/data", readOnly: false, options: [] }],
      }),
      service("web"),
    );
    const { stage, home, end } = await supervised(manifest);
    const look = async () => readStates(home, manifest, await readStack(stage.podman, manifest.project));
    const seen = async (name: string) => (await look()).find((one) => one.name === name);
    podman("exec", `${manifest.project}-bad`, "touch", "/data/die");
    process.kill(pidOf(manifest, "bad", "Pid"), "SIGKILL");
    const words = new Set<string | undefined>();
    await vi.waitFor(async () => {
      const found = await seen("bad");
      words.add(found?.phase);
      expect(found).toMatchObject({ phase: "crash loop", why: "it ended with 1" });
      expect(found?.restarts).toBeGreaterThan(1);
    }, waiting);
    expect(words).not.toContain("failed");
    expect(await seen("web")).toMatchObject({ phase: "running", restarts: 0, why: "" });
    process.kill(pidOf(manifest, "web", "Pid"), "SIGKILL");
    await vi.waitFor(async () => expect((await seen("web"))?.restarts).toBe(1), waiting);
    await end();
    // Podman's own policy goes on with it; nobody judges any more.
    const unjudged = async () => expect(["failed", "running"]).toContain((await seen("bad"))?.phase);
    await unjudged();
    expect((await seen("web"))?.restarts).toBe(0);
    const file = join(home, "supervisor.json");
    const container = podman("inspect", "--format", "{{.Id}}", `${manifest.project}-bad`).stdout.trim();
    const services = { bad: { container, phase: "crash loop", why: "", restarts: 7 } };
    for (const text of ["", "{", JSON.stringify({ version: 1, supervisor: { pid: 1, begun: "0" }, services })]) {
      writeFileSync(file, text);
      await unjudged();
    }
  });

  test("takes a wanted stop and a wanted restart for no crash", async () => {
    const manifest = stackOf(service("web"));
    const { state, stage, home } = await supervised(manifest);
    await wish(home, ["web"], false);
    podman("stop", "--time", "1", `${manifest.project}-web`);
    await until(() => state("web")?.phase === "stopped");
    expect(stage.said.filter(({ type }) => type === "service.died")).toEqual([]);
    await wish(home, ["web"], true);
    podman("start", `${manifest.project}-web`);
    await until(() => state("web")?.phase === "running");
    expect(state("web")?.restarts).toBe(0);
  });

  test.each(["no", "unless-stopped", "always"] as const)(
    "takes a restart that was asked for no crash (restart: %s), and the next end for one",
    async (policy) => {
      const manifest = stackOf(service("web", { restart: { policy, maxRetries: null } }));
      const { state, stage, home } = await supervised(manifest);
      await until(() => state("web")?.phase === "running");
      const died = () => stage.said.filter(({ type }) => type === "service.died" || type === "service.phase");
      await wish(home, ["web"], true);
      podman("stop", "--time", "1", `${manifest.project}-web`);
      podman("start", `${manifest.project}-web`);
      const pid = pidOf(manifest, "web", "Pid");
      await until(() => stage.podman.runs.filter(({ argv }) => argv[0] === "inspect").length > 1);
      expect(state("web")).toMatchObject({ phase: "running", restarts: 0 });
      expect(died()).toEqual([]);
      process.kill(pid, "SIGKILL");
      await until(() => died().length > 0);
    },
  );

  test.each(["unless-stopped", "always"] as const)(
    "leaves alone what somebody stopped with podman (restart: %s), and keeps it again once it was started",
    async (policy) => {
      const manifest = stackOf(service("web", { restart: { policy, maxRetries: null } }));
      const { state, stage } = await supervised(manifest, { reconcileMs: 1000 });
      const name = `${manifest.project}-web`;
      podman("stop", "--time", "2", name);
      await until(() => state("web")?.phase === "stopped");
      expect(state("web")?.why).toBe("somebody stopped it with podman");
      const looks = () => stage.podman.runs.filter(({ argv }) => argv[0] === "ps").length;
      const seen = looks();
      await until(() => looks() > seen + 2);
      expect(state("web")?.phase).toBe("stopped");
      expect(stage.said.filter(({ type }) => type === "service.died")).toEqual([]);
      podman("start", name);
      await until(() => state("web")?.phase === "running");
      process.kill(pidOf(manifest, "web", "Pid"), "SIGKILL");
      await until(() => state("web")?.phase === "running" && (state("web")?.restarts ?? 0) > 0);
      podman("stop", "--time", "2", name);
      await until(() => state("web")?.phase === "stopped");
      podman("rm", name);
      await until(() => state("web")?.phase === "running");
    },
  );

  test("brings back what was killed with podman, which is left dead by Podman's own policy", async () => {
    const manifest = stackOf(service("web"));
    const { state } = await supervised(manifest);
    const pid = pidOf(manifest, "web", "Pid");
    podman("kill", `${manifest.project}-web`);
    await until(() => state("web")?.phase === "running" && (state("web")?.restarts ?? 0) > 0);
    expect([0, pid]).not.toContain(pidOf(manifest, "web", "Pid"));
  });

  test("leaves alone what somebody paused", async () => {
    const manifest = stackOf(service("web"));
    const { state, stage } = await supervised(manifest, { reconcileMs: 1000 });
    const name = `${manifest.project}-web`;
    const pid = pidOf(manifest, "web", "Pid");
    podman("pause", name);
    await until(() => state("web")?.phase === "stopped");
    expect(state("web")?.why).toBe(`it is paused; type: podman unpause ${name}`);
    const looks = () => stage.podman.runs.filter(({ argv }) => argv[0] === "ps").length;
    const seen = looks();
    await until(() => looks() > seen + 2);
    podman("unpause", name);
    await until(() => state("web")?.phase === "running");
    expect(pidOf(manifest, "web", "Pid")).toBe(pid);
  });

  test("restarts a service that stays unhealthy", async () => {
    const manifest = stackOf(
      script("web", well, { healthcheck: checksFile("/tmp/well", { intervalMs: 500, retries: 2 }) }),
    );
    const { state, stage } = await supervised(manifest, { settledHealthMs: 500 });
    await until(() => state("web")?.health === "healthy");
    podman("exec", `${manifest.project}-web`, "rm", "/tmp/well");
    await until(() => stage.said.some((event) => event.type === "service.died" && event.why === "it is unhealthy"));
    await until(() => state("web")?.health === "healthy");
  });

  test("notices by comparing what its event stream missed", async () => {
    const manifest = stackOf(service("web"));
    const { state } = await supervised(manifest, { reconcileMs: 1000 });
    podman("rm", "--force", "--time", "0", `${manifest.project}-web`);
    await until(() => state("web")?.phase === "running" && (state("web")?.restarts ?? 0) > 0);
  });

  test.skipIf(part("pgrep").missing)(
    "watches Podman's log once it told the same as the stream, also begun anew, and streams again when it is gone",
    async () => {
      const check = checksFile("/tmp/well", { intervalMs: 300 });
      const manifest = stackOf(script("web", well, { healthcheck: check }));
      const { state, stage } = await supervised(manifest, { settledHealthMs: 300, reconcileMs: 600_000 });
      const died = async () => {
        const before = state("web")?.restarts ?? 0;
        const pid = pidOf(manifest, "web", "Pid");
        process.kill(pid, "SIGKILL");
        await until(() => (state("web")?.restarts ?? 0) > before && state("web")?.phase === "running");
        await until(() => state("web")?.health === "healthy");
      };
      await until(() => streams().length === 0);
      await died();
      const log = join(openBox().directory, "tmp/events/events.log");
      const lines = readFileSync(log, "utf8").trimEnd().split("\n");
      const young = lines.slice(lines.length >> 1).map((line) => `${line}\n`);
      writeFileSync(`${log}.young`, young.join(""));
      renameSync(`${log}.young`, log);
      await died();
      expect(streams()).toEqual([]);
      expect(stage.said.filter(({ type }) => type === "podman.lost")).toEqual([]);
      renameSync(log, `${log}.old`);
      await until(() => streams().length === 1);
      await died();
      rmSync(`${log}.old`);
    },
  );

  test.skipIf(part("pgrep").missing)("goes on after its event stream was killed", async () => {
    const manifest = stackOf(service("web"));
    const { state, stage } = await supervised(manifest);
    await until(() => streams().length === 1);
    for (const pid of streams()) process.kill(pid, "SIGKILL");
    await until(() => stage.said.some((event) => event.type === "podman.lost" && event.what === "events"));
    await until(() => streams().length === 1);
    podman("rm", "--force", "--time", "0", `${manifest.project}-web`);
    await until(() => state("web")?.phase === "running" && (state("web")?.restarts ?? 0) > 0);
  });

  test("gives up on a service that may only be restarted so often, and says so", async () => {
    const manifest = stackOf(
      script("job", "test -e /data/die && exit 4; while :; do sleep 0.1; done", {
        restart: { policy: "on-failure", maxRetries: 2 },
        mounts: [{ type: "volume", source: "data", target: "/data", readOnly: false, options: [] }],
      }),
    );
    const { state } = await supervised(manifest);
    podman("exec", `${manifest.project}-job`, "touch", "/data/die");
    process.kill(pidOf(manifest, "job", "Pid"), "SIGKILL");
    await until(() => state("job")?.phase === "failed");
    expect(state("job")?.why).toMatch(/it ended with 4, [3-5] times/);
  });

  test("leaves a service failed that is not to be restarted", async () => {
    const manifest = stackOf(service("once", { restart: { policy: "no", maxRetries: null } }));
    const { state } = await supervised(manifest);
    process.kill(pidOf(manifest, "once", "Pid"), "SIGKILL");
    await until(() => state("once")?.phase === "failed");
    expect(state("once")).toMatchObject({ why: "it ended with 137", restarts: 0 });
  });

  test("fails for a service that ends as often as it is started", async () => {
    const stage = stageOf(stackOf(script("loop", "echo again; sleep 0.2; exit 1", { portReady: 8080 })));
    await expect(bringUp(stage, plain, { signal: AbortSignal.timeout(30_000) })).rejects.toMatchObject({
      code: "failed",
      why: expect.stringMatching(/^it ends as often as it is started; its log ends with:.* again/s),
    });
  });
});
