import { spawnSync } from "node:child_process";
import {
  closeSync,
  existsSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { describeHolders } from "../../src/engine/telemetry/lock-holder.ts";
import { mountDisk, temporaryDirectory } from "../engine/telemetry/writing.ts";
import { needs } from "../parts.ts";
import { openBox, podman } from "../services/supervisor/own-podman.ts";
import { image } from "../services/supervisor/services.ts";
import { one, program, stackHome, stay } from "../services/verbs/home.ts";

const waiting = { timeout: 30_000, interval: 300 };

function holdersOf(file: string): string {
  if (!existsSync(file)) return "";
  const fd = openSync(file, "r");
  try {
    return describeHolders(fd);
  } finally {
    closeSync(fd);
  }
}

describe.skipIf(needs("podman").missing)("the verbs on real Podman, at length", () => {
  test("a foreign container with a name of ours is never touched and is named", () => {
    const stack = stackHome(one("web"));
    const name = `${stack.project}-web`;
    podman("run", "--detach", "--name", name, image, "sleep", "100");
    onTestFinished(() => void podman("rm", "--force", "--time", "0", name));
    const id = podman("inspect", "--format", "{{.Id}} {{.State.StartedAt}}", name).stdout;
    const { status, stderr } = stack.run("up", "web");
    expect([status, stderr]).toEqual([1, expect.stringContaining(`a container named ${name}`)]);
    stack.run("down");
    expect(podman("inspect", "--format", "{{.Id}} {{.State.StartedAt}}", name).stdout).toBe(id);
  });

  test("a volume that the container's user may not write fails with what its log says", () => {
    const stack = stackHome("");
    const place = join(stack.home, "closed");
    mkdirSync(place, { mode: 0o700 });
    const job = one(
      "job",
      `    command: [sh, -c, "echo x > /data/file"]\n    user: "1000"\n    restart: "no"\n    volumes: ["${place}:/data"]`,
    );
    writeFileSync(join(stack.home, "aistack.yaml"), `name: ${stack.project}\nservices:\n${job}\n`);
    const { status, stderr } = stack.run("up", "job", "--wait");
    expect([status, stderr]).toEqual([1, expect.stringContaining("Permission denied")]);
  });

  test("a second up makes good what an interrupted one left half done", async () => {
    const health = "    healthcheck: {test: [CMD, test, -e, /tmp/well], interval: 1s}";
    const stack = stackHome(
      [
        one("base", `    command: [sh, -c, "sleep 3; touch /tmp/well; ${stay}"]\n${health}`),
        one("top", "    depends_on: {base: {condition: service_healthy}}"),
      ].join("\n"),
    );
    const first = stack.start("up", "top", "--wait");
    await expect.poll(() => first.text(), waiting).toContain("base: create");
    await expect
      .poll(() => podman("ps", "--quiet", "--filter", `name=${stack.project}-base`).stdout, waiting)
      .not.toBe("");
    first.child.kill("SIGINT");
    expect(await first.ended).toBe(130);
    const second = stack.json("up", "top", "--wait");
    expect(second.services.map(({ service, step }: { service: string; step: string }) => [service, step])).toEqual([
      ["base", "keep"],
      ["top", "create"],
    ]);
  });

  test("a service that is not required may fail without holding up what would like to have it", () => {
    const stack = stackHome(
      [
        one("nice", '    command: [sh, -c, "exit 3"]\n    restart: "no"'),
        one("web", "    depends_on: {nice: {condition: service_completed_successfully, required: false}}"),
      ].join("\n"),
    );
    const { status, stderr } = stack.run("up", "web");
    expect([status, stderr]).toEqual([0, expect.stringContaining("not required")]);
    expect(stack.json("ps", "web").services[0].phase).toBe("running");
  });

  test("events, attach and follow show what happens while it happens, and end well when asked to", async () => {
    const stack = stackHome(
      one("web", `    command: [sh, -c, "trap 'exit 0' TERM; while :; do echo tick; sleep 0.2; done"]`),
    );
    stack.json("up", "web");
    const events = stack.start("events", "--json");
    const attach = stack.start("attach", "web");
    const follow = stack.start("logs", "web", "--follow", "--tail", "1", "--json");
    await expect.poll(() => attach.text(), waiting).toContain("tick");
    await expect.poll(() => follow.text().split("\n").length, waiting).toBeGreaterThan(3);
    attach.child.kill("SIGTERM");
    // While the container lives: it would end by itself with it.
    follow.child.kill("SIGINT");
    expect(await follow.ended).toBe(0);
    podman("kill", `${stack.project}-web`);
    await expect.poll(() => events.text(), waiting).toContain('"what":"died"');
    for (const line of events.text().trim().split("\n")) {
      expect(JSON.parse(line)).toMatchObject({ schemaVersion: 1, service: "web" });
    }
    events.child.kill("SIGINT");
    expect(await events.ended).toBe(0);
  });

  test("logs -f ends well when the reader has seen enough", () => {
    const stack = stackHome(
      one("web", `    command: [sh, -c, "trap 'exit 0' TERM; while :; do echo tick; sleep 0.1; done"]`),
    );
    stack.json("up", "web");
    const words = [process.execPath, program, "logs", "web", "-f", "--home", stack.home];
    const script = `set -o pipefail; "$@" | head -2; echo "\${PIPESTATUS[*]}"`;
    const { stdout, stderr } = spawnSync("bash", ["-c", script, "bash", ...words], {
      env: stack.environment(),
      encoding: "utf8",
      timeout: 30_000,
    });
    expect([stdout, stderr]).toEqual(["web | tick\nweb | tick\n0 0\n", ""]);
  });

  test("what is paused is woken by up, and restarts, stops and starts like everything else", () => {
    const stack = stackHome(one("web"));
    stack.json("up", "web");
    const name = `${stack.project}-web`;
    const pause = () => podman("pause", name);
    const phase = () => stack.json("ps", "web").services[0].phase;
    pause();
    expect(stack.json("ps", "web").services[0]).toMatchObject({
      phase: "stopped",
      exitCode: null,
      why: `it is paused; type: podman unpause ${name}`,
    });
    expect(stack.json("up", "web").services).toMatchObject([{ step: "start", why: "it is paused" }]);
    expect(phase()).toBe("running");
    pause();
    expect(stack.json("restart", "web").restarted).toEqual(["web"]);
    pause();
    expect(stack.json("stop", "web").stopped).toEqual(["web"]);
    expect(stack.json("start", "web").services).toMatchObject([{ step: "start" }]);
    pause();
    expect(stack.json("down").removed).toEqual([name]);
  });

  test("what start brought up after a down is meant to run, so it can be supervised", async () => {
    const stack = stackHome(one("web"));
    stack.json("up", "web");
    stack.json("down");
    expect(stack.json("start", "web").services).toMatchObject([{ service: "web", step: "create" }]);
    expect(stack.json("ps", "web").services[0]).toMatchObject({ phase: "running", wanted: true });
    const supervise = stack.start("supervise");
    podman("kill", `${stack.project}-web`);
    await expect.poll(() => supervise.text(), waiting).toContain('phase="failed" why="it ended with 137"');
    supervise.child.kill("SIGINT");
    expect(await supervise.ended).toBe(0);
  });

  test("stats measure what a service uses now and not over its whole life", () => {
    const stack = stackHome(one("busy", '    command: [sh, -c, "sleep 1; while :; do :; done"]\n    cpus: 0.5'));
    stack.json("up", "busy");
    const [busy] = stack.json("stats", "busy").services;
    expect(busy.service).toBe("busy");
    expect(busy.cpuPercent).toBeGreaterThan(5);
    expect(busy.cpuPercent).toBeLessThan(90);
    expect(busy.memoryBytes).toBeGreaterThan(0);
  });

  test("wait ends with 0 once a service is ready, and with 3 when it is not in time", () => {
    const stack = stackHome(
      one("web", "    healthcheck: {test: [CMD, test, -e, /tmp/well], interval: 10s, retries: 9}"),
    );
    stack.json("up", "web");
    const late = stack.run("wait", "web", "--timeout", "1");
    expect([late.status, late.stderr]).toEqual([3, expect.stringContaining("not ready: web")]);
    stack.run("exec", "web", "--", "touch", "/tmp/well");
    expect(stack.json("wait", "web", "--for", "healthy", "--timeout", "20").ready).toEqual(["web"]);
  });

  test("prune removes the container of a service that left the file, and nothing else", () => {
    const stack = stackHome([one("old"), one("web")].join("\n"));
    stack.json("up", "old", "web");
    writeFileSync(join(stack.home, "aistack.yaml"), `name: ${stack.project}\nservices:\n${one("web")}\n`);
    expect(stack.json("ps", "web").orphans).toEqual([`${stack.project}-old`]);
    expect(stack.run("prune", "--dry-run").stdout).toContain(`rm --force --time 10 ${stack.project}-old`);
    expect(stack.json("prune").containers).toEqual([`${stack.project}-old`]);
    expect(stack.json("ps", "web").services[0].phase).toBe("running");
  });

  test("a generated secret is in its file and in the container, and nowhere else", () => {
    const stack = stackHome(
      one("web", `    command: [sh, -c, "wc -c </run/secrets/own_key; ${stay}"]\n    secrets: [own_key]`),
      "secrets: {own_key: {x-aistack: {generate: true}}}",
    );
    const said = [
      ["up", "web", "--wait", "--json"],
      ["ps", "web"],
      ["logs", "web"],
      ["status"],
      ["doctor"],
      ["stack", "config"],
      ["secrets", "list"],
      ["up", "web", "--dry-run"],
    ].map((args) => stack.run(...args));
    const secret = readFileSync(join(stack.home, "secrets/own_key"), "utf8");
    expect(secret.length).toBeGreaterThan(30);
    expect(statSync(join(stack.home, "secrets/own_key")).mode & 0o077).toBe(0);
    expect(stack.run("exec", "web", "--", "cat", "/run/secrets/own_key").stdout).toBe(secret);
    const files = readdirSync(stack.home, { recursive: true, encoding: "utf8" })
      .filter((name) => name !== "secrets/own_key")
      .map((name) => join(stack.home, name))
      .filter((file) => statSync(file).isFile())
      .map((file) => readFileSync(file, "latin1"));
    const podmanSays = [
      podman("inspect", `${stack.project}-web`),
      podman("secret", "inspect", `${stack.project}_own_key`),
      podman("events", "--stream=false", "--since", "5m", "--format", "json"),
      podman("exec", `${stack.project}-web`, "env"),
    ];
    for (const text of [...[...said, ...podmanSays].flatMap(({ stdout, stderr }) => [stdout, stderr]), ...files]) {
      expect(text).not.toContain(secret);
    }
    expect(stack.json("secrets", "rotate", "own_key").restarted).toEqual(["web"]);
    const renewed = readFileSync(join(stack.home, "secrets/own_key"), "utf8");
    expect(renewed).not.toBe(secret);
    expect(stack.run("exec", "web", "--", "cat", "/run/secrets/own_key").stdout).toBe(renewed);
  });

  test("only one process supervises a stack, and the other names it", async () => {
    const stack = stackHome(one("web"));
    stack.json("up", "web");
    const first = stack.start("supervise", "--json");
    // Only once it holds the lock: a second one before that would be the first.
    await expect.poll(() => holdersOf(join(stack.home, "supervisor.lock")), waiting).toContain(`${first.child.pid} (`);
    const second = stack.run("supervise");
    expect([second.status, second.stderr]).toEqual([1, expect.stringContaining(`process ${first.child.pid} (`)]);
    first.child.kill("SIGTERM");
    expect(await first.ended).toBe(0);
    expect(stack.json("ps", "web").services[0].phase).toBe("running");
  });

  test("up --foreground stays, brings back what dies, and leaves the containers running when it is ended", async () => {
    const stack = stackHome(one("web"));
    const up = stack.start("up", "web", "--foreground", "--set", "podman.backoffMs=100");
    const id = () => podman("inspect", "--format", "{{.Id}}", `${stack.project}-web`).stdout.trim();
    const running = () => podman("ps", "--quiet", "--filter", `name=${stack.project}-web`).stdout;
    await expect.poll(running, waiting).not.toBe("");
    const before = id();
    await expect.poll(() => stack.json("ps", "web").services[0].phase, waiting).toBe("running");
    podman("rm", "--force", "--time", "0", `${stack.project}-web`);
    await expect.poll(() => ["", before].includes(id()), waiting).toBe(false);
    up.child.kill("SIGINT");
    await up.ended;
    expect(running()).not.toBe("");
  });

  test("logs stream while up waits", () => {
    const stack = stackHome(
      one(
        "web",
        `    command: [sh, -c, "echo early; sleep 1; echo late; touch /tmp/well; ${stay}"]\n    healthcheck: {test: [CMD, test, -e, /tmp/well], interval: 1s}`,
      ),
    );
    const { status, stderr } = stack.run("up", "web", "--wait", "--logs");
    expect(status).toBe(0);
    expect(stderr.indexOf("web | early")).toBeGreaterThan(-1);
    expect(stderr.indexOf("web | late")).toBeLessThan(stderr.indexOf("web: healthy after"));
  });

  test("two that bring the stack up at once do it one after the other, and both succeed", async () => {
    const stack = stackHome([one("a"), one("b", "    depends_on: [a]")].join("\n"));
    const both = [stack.start("up", "b", "--wait"), stack.start("up", "b", "--wait")];
    expect([await both[0]?.ended, await both[1]?.ended, both.map((one) => one.text()).join("")]).toEqual([
      0,
      0,
      expect.stringContaining("create"),
    ]);
    expect(both.filter((one) => one.text().includes("a: create"))).toHaveLength(1);
    expect(stack.json("up", "b", "--wait").commands).toBe(0);
  });

  test("a reader that stops reading a long log does not make it fill the memory", async () => {
    const line = "x".repeat(200);
    const stack = stackHome(one("web", `    command: [sh, -c, "yes ${line} | head -n 300000; ${stay}"]`));
    stack.json("up", "web");
    await expect
      .poll(() => podman("logs", "--tail", "1", `${stack.project}-web`).stdout.length, {
        timeout: 60_000,
        interval: 500,
      })
      .toBeGreaterThan(100);
    const logs = stack.start("logs", "web");
    logs.child.stdout.pause();
    const memory = () =>
      Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${logs.child.pid}/status`, "utf8"))?.[1]) / 1024;
    // All pipes are full once the program reads no more.
    const read = () => /rchar: (\d+)/.exec(readFileSync(`/proc/${logs.child.pid}/io`, "utf8"))?.[1];
    let before: string | undefined;
    const isStill = () => {
      const now = read();
      const isSame = now === before;
      before = now;
      return isSame;
    };
    await expect.poll(isStill, { timeout: 60_000, interval: 1000 }).toBe(true);
    expect(memory()).toBeLessThan(220);
    logs.child.stdout.resume();
    expect(await logs.ended).toBe(0);
    expect(logs.text().split("\n").length).toBeGreaterThan(290_000);
  });

  test.skipIf(needs("mount").missing)(
    "a full disk ends up with 1, and once there is room a second up makes it good",
    () => {
      const stack = stackHome(one("web"));
      using place = temporaryDirectory();
      using disk = mountDisk(place.path, "8m");
      if (disk === null) throw new Error("no disk was mounted");
      const { directory, environment } = openBox();
      const saved = join(place.path, "image.tar");
      podman("save", "--output", saved, image);
      const moved = (file: string) => {
        const text = readFileSync(environment[file] ?? "", "utf8").replaceAll(directory, disk.path);
        writeFileSync(join(place.path, file), text);
        stack.set(file, join(place.path, file));
        return join(place.path, file);
      };
      const files = ["CONTAINERS_CONF", "CONTAINERS_STORAGE_CONF"];
      const env = { ...environment, ...Object.fromEntries(files.map((file) => [file, moved(file)])) };
      expect(spawnSync("podman", ["load", "--input", saved], { env }).status).toBe(0);
      const fill = join(disk.path, "fill");
      spawnSync("dd", ["if=/dev/zero", `of=${fill}`, "bs=4k"], { stdio: "ignore" });
      const { status, stderr } = stack.run("up", "web", "--no-pull");
      expect([status, stderr]).toEqual([1, expect.stringMatching(/: .*no space left on device\n {2}Make room/)]);
      rmSync(fill);
      expect(stack.json("up", "web", "--wait", "--no-pull").services).toMatchObject([{ service: "web" }]);
      expect(stack.json("down").removed).toEqual([`${stack.project}-web`]);
    },
  );
});
