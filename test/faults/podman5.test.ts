import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { podman } from "../services/supervisor/own-podman.ts";
import { one, stackHome } from "../services/verbs/home.ts";
import { lacksTrixie, type OtherPodman, openTrixie } from "./trixie.ts";

const lacking = lacksTrixie();
if (lacking !== "") console.warn(`skipped: ${lacking}`);

interface State {
  readonly name: string;
  readonly phase: string;
  readonly health: string;
}

const kept =
  "    restart: unless-stopped\n    healthcheck: {test: [CMD, test, -e, /tmp], interval: 1s, timeout: 5s, retries: 3}";
const services = (limit: string) =>
  [
    one("db", `${kept}\n    secrets: [key]\n    mem_limit: ${limit}\n    volumes: ["data:/data"]`),
    one(
      "setup",
      '    command: [sh, -c, "echo made"]\n    restart: "no"\n    depends_on: {db: {condition: service_healthy}}',
    ),
    one("web", `${kept}\n    depends_on: {setup: {condition: service_completed_successfully}}`),
  ].join("\n");
const rest = "volumes: {data: {}}\nsecrets: {key: {x-aistack: {generate: true}}}\n";

describe.skipIf(lacking !== "")("the Podman 5 of Debian's next release, for real", () => {
  let other: OtherPodman;
  const before = { path: process.env.PATH, temporary: process.env.TMPDIR };
  beforeAll(async () => {
    other = await openTrixie();
    process.env.PATH = `${other.bin}:${before.path}`;
    process.env.TMPDIR = join(other.directory, "tmp");
    mkdirSync(process.env.TMPDIR, { recursive: true });
  });
  afterAll(() => {
    podman("rm", "--all", "--force", "--time", "0");
    other[Symbol.dispose]();
    process.env.PATH = before.path;
    process.env.TMPDIR = before.temporary ?? "/tmp";
    rmSync(other.directory, { recursive: true, force: true });
  });

  test("a stack comes up healthy, stays as it is, heals when it is killed, obeys a stop, and goes down", async () => {
    podman("rm", "--all", "--force", "--time", "0");
    expect(podman("version", "--format", "{{.Client.Version}}").stdout).toMatch(/^5\./);
    const stack = stackHome(services("64m"), rest);
    const states = (): State[] => stack.json("ps", "db", "web").services;
    const names = ["db", "web", "setup"] as const;
    const up = () => stack.json("up", ...names, "--wait", "--timeout", "120");
    const inspected = (name: string, what: string) =>
      podman("inspect", "--format", `{{.State.${what}}}`, `${stack.project}-${name}`).stdout.trim();
    const waiting = { timeout: 60_000, interval: 500 };
    const isWell = ({ phase, health }: State) => phase === "running" && health === "healthy";

    expect(up().services.map(({ step }: { step: string }) => step)).toEqual(["create", "create", "create"]);
    expect(states().filter((state) => !isWell(state))).toEqual([]);
    expect(up()).toMatchObject({ commands: 0 });
    expect(stack.run("exec", "db", "--", "sh", "-c", "wc -c </run/secrets/key").stdout.trim()).not.toBe("0");
    expect(stack.run("logs", "setup").stdout).toContain("made");

    const supervise = stack.start("supervise", "--json", "--set", "podman.backoffMs=200");
    await expect.poll(() => supervise.text().length + states().length, waiting).toBeGreaterThan(0);
    for (const which of ["Pid", "ConmonPid"]) {
      for (const name of ["db", "web"]) {
        const killed = inspected(name, which);
        process.kill(Number(killed), "SIGKILL");
        await expect.poll(() => ["0", "", killed].includes(inspected(name, which)), waiting).toBe(false);
        await expect.poll(() => states().filter((state) => !isWell(state)), waiting).toEqual([]);
      }
    }
    expect(supervise.text()).not.toContain("conmon exited prematurely");
    podman("stop", "--time", "1", `${stack.project}-web`);
    await expect.poll(() => supervise.text(), waiting).toContain("somebody stopped it with podman");
    expect(inspected("web", "Status")).toBe("exited");
    expect(stack.run("start", "web").status).toBe(0);
    await expect.poll(() => inspected("web", "Status"), waiting).toBe("running");
    supervise.child.kill("SIGINT");
    expect(await supervise.ended).toBe(0);

    writeFileSync(join(stack.home, "aistack.yaml"), `name: ${stack.project}\nservices:\n${services("96m")}\n${rest}`);
    const changed = up().services.filter(({ step }: { step: string }) => step !== "keep");
    expect(changed).toMatchObject([{ service: "db", step: "recreate" }]);
    const [used] = stack.json("stats", "db").services;
    expect(used).toMatchObject({ service: "db", memoryLimitBytes: expect.closeTo(96 * 2 ** 20, -6) });
    expect(stack.json("down").volumesKept).toEqual([`${stack.project}_data`]);
    expect(stack.json("down", "--volumes", "--yes").volumesRemoved).toEqual([`${stack.project}_data`]);
  });
});
