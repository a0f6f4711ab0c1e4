import { describe, expect, test } from "vitest";
import { Secret } from "../../../src/engine/secrets.ts";
import { changes } from "../../../src/services/supervisor/argv.ts";
import { bringUp, type UpRequest } from "../../../src/services/supervisor/bring-up.ts";
import { readStack } from "../../../src/services/supervisor/look.ts";
import { needs as part } from "../../parts.ts";
import { stackOf, stageOf } from "./box.ts";
import { podman } from "./own-podman.ts";
import { checksFile, needs, script, service } from "./services.ts";

const plain: UpRequest = { names: [], wait: true, build: "missing", pull: "missing", secrets: () => null };
const options = () => ({ signal: AbortSignal.timeout(20_000) });

describe.skipIf(part("podman").missing)("bringing a stack up with real Podman", () => {
  test("brings every service to healthy in order, and a second time changes nothing", async () => {
    const manifest = stackOf(
      script("base", "sleep 0.3; touch /tmp/well; while :; do sleep 0.1; done", {
        healthcheck: checksFile("/tmp/well"),
      }),
      script("job", "echo done", {
        restart: { policy: "no", maxRetries: null },
        dependsOn: [needs("base", "healthy")],
      }),
      service("top", { dependsOn: [needs("job", "completed")], networks: ["default"] }),
    );
    const stage = stageOf(manifest);
    const report = await bringUp(stage, plain, options());
    expect(report.steps.map((step) => step.do)).toEqual(["create", "create", "create"]);
    const after = await readStack(stage.podman, manifest.project);
    expect(after.map(({ labels, state, health }) => [labels["aistack.service"], state, health]).toSorted()).toEqual([
      ["base", "running", "healthy"],
      ["job", "exited", "none"],
      ["top", "running", "none"],
    ]);
    const again = stageOf(manifest);
    await bringUp(again, plain, options());
    expect(again.podman.runs.filter(({ argv }) => changes(argv))).toEqual([]);
  });

  test("makes anew only the container whose limit changed", async () => {
    const manifest = stackOf(service("one", { memoryBytes: 64 * 2 ** 20 }), service("two"));
    const before = stageOf(manifest);
    await bringUp(before, plain, options());
    const ids = new Map((await readStack(before.podman, manifest.project)).map(({ name, id }) => [name, id]));
    const changed = { ...manifest, services: [service("one", { memoryBytes: 96 * 2 ** 20 }), service("two")] };
    const stage = stageOf(changed);
    const report = await bringUp(stage, plain, options());
    expect(report.steps.map((step) => [step.service.name, step.do])).toEqual([
      ["one", "recreate"],
      ["two", "keep"],
    ]);
    const kept = (await readStack(stage.podman, manifest.project)).filter(({ name, id }) => ids.get(name) === id);
    expect(kept.map(({ name }) => name)).toEqual([`${manifest.project}-two`]);
    expect(podman("inspect", "--format", "{{.HostConfig.Memory}}", `${manifest.project}-one`).stdout.trim()).toBe(
      String(96 * 2 ** 20),
    );
  });

  test("counts a one-shot service that ends with 0 as success", async () => {
    const stage = stageOf(stackOf(script("migrate", "exit 0", { restart: { policy: "no", maxRetries: null } })));
    await bringUp(stage, plain, options());
    expect(stage.said.filter(({ type }) => type === "stack.ready")).toHaveLength(1);
  });

  test("fails for a one-shot service that ends with 3, and shows the end of its log", async () => {
    const stage = stageOf(
      stackOf(script("migrate", "echo no such table; exit 3", { restart: { policy: "no", maxRetries: null } })),
    );
    await expect(bringUp(stage, plain, options())).rejects.toMatchObject({
      code: "failed",
      why: expect.stringMatching(/^it ended with 3; its log ends with:\n {4}no such table$/),
    });
  });

  test("does not start what depends on a one-shot service that failed", async () => {
    const stage = stageOf(
      stackOf(
        script("migrate", "exit 3", { restart: { policy: "no", maxRetries: null } }),
        service("web", { dependsOn: [needs("migrate", "completed")] }),
      ),
    );
    await expect(bringUp(stage, { ...plain, wait: false }, options())).rejects.toMatchObject({
      code: "failed",
      why: expect.stringContaining("so web, which needs it, was not started"),
    });
    expect(await readStack(stage.podman, stage.manifest.project)).toHaveLength(1);
  });

  test("waits on when an unhealthy service becomes healthy again", async () => {
    const health = checksFile("/tmp/well", { intervalMs: 200, retries: 1 });
    const stage = stageOf(stackOf(service("slow", { healthcheck: health })), { unhealthyGraceMs: 15_000 });
    const seen = new Set<string>();
    const watching = setInterval(() => {
      void readStack(stage.podman, stage.manifest.project).then(([one]) => {
        if (one === undefined || seen.has("unhealthy")) return;
        seen.add(one.health);
        if (one.health === "unhealthy") podman("exec", one.name, "touch", "/tmp/well");
      });
    }, 150);
    await bringUp(stage, plain, options()).finally(() => clearInterval(watching));
    expect(seen).toContain("unhealthy");
  });

  test("fails for a service that stays unhealthy, with what its check printed and the end of its log", async () => {
    const check = { ...checksFile(""), test: ["sh", "-c", "echo no answer; exit 1"], intervalMs: 200, retries: 2 };
    const stage = stageOf(
      stackOf(script("sick", "echo I am sick; while :; do sleep 0.1; done", { healthcheck: check })),
      { unhealthyGraceMs: 500 },
    );
    await expect(bringUp(stage, plain, options())).rejects.toMatchObject({
      code: "failed",
      what: "The service sick did not get ready",
      why: expect.stringMatching(/its check fails \(it ended with 1.*\); its log ends with:\n {4}I am sick/s),
    });
  });

  test("waits for a line in the log and for a port that is opened inside", async () => {
    const stage = stageOf(
      stackOf(
        script("talks", "sleep 0.5; echo now ready; while :; do sleep 0.1; done", { logReady: "now \\w+" }),
        script("listens", "sleep 0.5; exec httpd -f -p 8080", { portReady: 8080, networks: ["default"] }),
        service("after", { dependsOn: [needs("talks", "log"), needs("listens", "port")] }),
      ),
    );
    const report = await bringUp(stage, plain, options());
    const after = report.timings.find(({ service }) => service === "after");
    expect(after?.freeMs).toBeGreaterThan(500);
  });

  test("gives values and secrets to a container without a trace on a command line", async () => {
    const manifest = stackOf(
      script("safe", "cat /run/secrets/key; echo $TOKEN; while :; do sleep 0.1; done", {
        environment: { TOKEN: "planted-value-4711" },
        secrets: [{ source: "key", target: "key", mode: 0o400, uid: null, gid: null }],
        readOnly: true,
        logReady: "planted-value",
      }),
    );
    const stage = stageOf(manifest);
    await bringUp(stage, { ...plain, secrets: () => new Secret("planted-secret-0815") }, options());
    expect(podman("logs", `${manifest.project}-safe`).stdout).toBe("planted-secret-0815planted-value-4711\n");
    expect(JSON.stringify(stage.podman.runs)).not.toMatch(/planted/);
    expect(JSON.stringify(stage.said)).not.toMatch(/planted/);
    expect(
      podman("inspect", "--format", "{{json .Config.CreateCommand}}", `${manifest.project}-safe`).stdout,
    ).not.toMatch(/planted/);
  });
});
