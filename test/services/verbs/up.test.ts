import { existsSync, readFileSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { needs } from "../../parts.ts";
import { podman } from "../supervisor/own-podman.ts";
import { image } from "../supervisor/services.ts";
import { one, stackHome, stay } from "./home.ts";

describe.skipIf(needs("podman").missing)("the verbs on real Podman", () => {
  test("up, ps, logs, exec, restart, stop, start and down work on one stack, and its volume outlives it", () => {
    const stack = stackHome(
      [
        one(
          "web",
          `    command: [sh, -c, "echo web is up; ${stay}"]\n    volumes: ["data:/data"]\n    depends_on: {job: {condition: service_completed_successfully}}`,
        ),
        one("job", '    command: [sh, -c, "echo job did it"]\n    restart: "no"'),
      ].join("\n"),
      "volumes: {data: {}}",
    );
    const up = stack.json("up", "web", "--wait", "--timings");
    expect(up.services.map(({ service, step }: { service: string; step: string }) => [service, step])).toEqual([
      ["job", "create"],
      ["web", "create"],
    ]);
    expect(up.criticalPath).toEqual(["job", "web"]);
    expect(stack.json("up", "web", "--wait").commands).toBe(0);
    const ps = stack.json("ps", "web", "job");
    expect(ps.services.map(({ name, phase }: { name: string; phase: string }) => [name, phase]).toSorted()).toEqual([
      ["job", "completed"],
      ["web", "running"],
    ]);
    expect(stack.run("logs", "web", "job").stdout).toBe("job | job did it\nweb | web is up\n");
    expect(JSON.parse(stack.run("logs", "job", "--json").stdout)).toMatchObject({
      schemaVersion: 1,
      service: "job",
      stream: "stdout",
      text: "job did it",
    });
    const inside = stack.run("exec", "web", "--", "sh", "-c", "echo inside --json; exit 7");
    expect([inside.status, inside.stdout]).toEqual([7, "inside --json\n"]);
    expect(stack.json("restart", "web").restarted).toEqual(["web"]);
    expect(stack.json("stop", "web").stopped).toEqual(["web"]);
    expect(stack.json("ps", "web").services[0]).toMatchObject({ phase: "stopped", wanted: false });
    stack.json("start", "web");
    expect(stack.json("ps", "web").services[0]).toMatchObject({ phase: "running", wanted: true });
    const down = stack.json("down");
    expect(down.removed.toSorted()).toEqual([`${stack.project}-job`, `${stack.project}-web`]);
    expect(down.volumesKept).toEqual([`${stack.project}_data`]);
    const refused = stack.run("down", "--volumes");
    expect([refused.status, refused.stderr]).toEqual([2, expect.stringContaining(`${stack.project}_data`)]);
    expect(stack.json("down", "--volumes", "--yes").volumesRemoved).toEqual([`${stack.project}_data`]);
  });

  test("a dry run prints the podman commands one a line and runs none that changes anything", () => {
    const stack = stackHome(one("web", '    volumes: ["data:/data"]'), "volumes: {data: {}}");
    const { stdout, status } = stack.run("up", "web", "--dry-run");
    expect(status).toBe(0);
    expect(stdout.split("\n").map((line) => line.split(" ").slice(0, 3).join(" "))).toEqual([
      "podman network create",
      "podman volume create",
      "podman run --detach",
      "",
    ]);
    expect(podman("ps", "--all", "--quiet", "--filter", `label=aistack.project=${stack.project}`).stdout).toBe("");
  });

  test("our own image is built from what the program was installed with", () => {
    const stack = stackHome(one("web"));
    const { stdout } = stack.run("up", "engine", "--build", "--dry-run");
    const build = stdout.split("\n").find((line) => line.startsWith("podman build ")) ?? "";
    const containerfile = /--file (\S+)/.exec(build)?.[1] ?? "";
    const context = build.split(" ").at(-1) ?? "";
    const copied = [...readFileSync(containerfile, "utf8").matchAll(/^COPY (?!--from)(\S+)/gm)].map(([, name]) => name);
    expect(copied).toEqual(["package.json", "package.json", "bin", "dist"]);
    for (const name of copied) expect([name, existsSync(join(context, name ?? ""))]).toEqual([name, true]);
  });

  test("a service that does not exist ends with 2 before anything is started", () => {
    const stack = stackHome(one("web"));
    const { status, stderr } = stack.run("up", "web", "wbe");
    expect([status, stderr]).toEqual([2, expect.stringContaining("wbe")]);
    expect(podman("ps", "--all", "--quiet", "--filter", `label=aistack.project=${stack.project}`).stdout).toBe("");
  });

  test.each([
    ["up", "web", "--timeout", "soon"],
    ["up", "web", "--timeout", "-1"],
    ["up", "web", "--build", "--no-build"],
    ["logs", "web", "--tail", "few"],
    ["exec", "web"],
    ["up", "web", "--profile", "nosuch"],
  ])("what makes no sense ends with 2: %j", (...args) => {
    const { status, stderr } = stackHome(one("web")).run(...args);
    expect([status, stderr]).toEqual([2, expect.stringContaining("aistack:")]);
  });

  test("services that wait for each other end with 2 and are named in their circle", () => {
    const stack = stackHome([one("a", "    depends_on: [b]"), one("b", "    depends_on: [a]")].join("\n"));
    const { status, stderr } = stack.run("up", "a");
    expect([status, stderr]).toEqual([2, expect.stringMatching(/a → b → a|b → a → b/)]);
  });

  test("a port that is taken ends with 1 and says by whom", async () => {
    const server = createServer();
    await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
    onTestFinished(() => void server.close());
    const address = server.address();
    const port = typeof address === "object" ? address?.port : 0;
    const stack = stackHome(one("web", `    ports: ["127.0.0.1:${port}:80"]`));
    const { status, stderr } = stack.run("up", "web");
    expect([status, stderr]).toEqual([
      1,
      expect.stringContaining(`The service web was not started: port ${port} is taken by process ${process.pid} (`),
    ]);
    server.close();
    expect(stack.json("up", "web", "--wait").services).toMatchObject([{ service: "web", step: "start" }]);
  });

  test("an image that is not to be had ends with 5 and is named", () => {
    const stack = stackHome(one("web").replace(image, "localhost:1/no/such:1"));
    const { status, stderr } = stack.run("up", "web");
    expect([status, stderr]).toEqual([5, expect.stringContaining("localhost:1/no/such:1 of web was not pulled")]);
  });

  test("the timeout ends a wait for what never gets healthy with 3, in time", () => {
    const stack = stackHome(one("web", "    healthcheck: {test: [CMD, test, -e, /never], interval: 10s, retries: 9}"));
    const began = performance.now();
    const { status, stderr } = stack.run("up", "web", "--wait", "--timeout", "2");
    expect([status, stderr]).toEqual([3, expect.stringMatching(/did not come up within 2 s: not ready: web$/m)]);
    expect(performance.now() - began).toBeLessThan(8000);
  });
});

describe("a Podman that misbehaves (a stand-in script)", () => {
  test.each([
    ["hangs", "exec sleep 60", 4, "did not answer within 500 ms"],
    ["prints garbage", "echo '<html>'", 4, "was not understood"],
    ["ends with 125", 'echo "Error: cannot connect" >&2; exit 125', 4, "cannot connect"],
    [
      "is full",
      'case $1 in ps|images) echo "[]";; *) echo "Error: no space left on device" >&2; exit 125;; esac',
      1,
      "no space left",
    ],
    [
      "cannot run the command",
      `case $1 in ps|volume|network) echo "[]";; images) echo '[{"Id":"1","Names":["${image}"]}]';; *) echo "Error: exec: permission denied" >&2; exit 126;; esac`,
      1,
      "(126)",
    ],
    [
      "does not find the command",
      `case $1 in ps|volume|network) echo "[]";; images) echo '[{"Id":"1","Names":["${image}"]}]';; run) echo "Error: exec: not found" >&2; exit 127;; esac`,
      1,
      "(127)",
    ],
  ])("one that %s is told as such", (_, script, code, words) => {
    const stack = stackHome(one("web"));
    stack.standIn(script);
    const { status, stderr } = stack.run("up", "web", "--set", "podman.timeoutMs=500");
    expect([status, stderr]).toEqual([code, expect.stringContaining(words)]);
  });

  test("without Podman, up ends with 4 and says how to go on, and learning still works", () => {
    const stack = stackHome(one("web"));
    stack.withoutPodman();
    const { status, stderr } = stack.run("up", "web");
    expect([status, stderr]).toEqual([4, expect.stringContaining("there is no program podman here")]);
    expect(stack.run("status").status).toBe(0);
    expect(stack.run("learn", "--once").status).toBe(0);
  });
});
