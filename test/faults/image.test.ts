import { spawnSync } from "node:child_process";
import {
  copyFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, describe, expect, test } from "vitest";
import { stringify } from "yaml";
import { loadStack } from "../../src/services/manifest/load.ts";
import { needs } from "../parts.ts";
import { configIn, machineOf, until } from "../services/manifest/loading.ts";

const missing = needs("podman").missing || needs("busybox").missing;
const project = fileURLToPath(new URL("../..", import.meta.url));
const place = mkdtempSync(join(tmpdir(), "aistack-image-"));
const base = "docker.io/library/node:24.21.0-slim";

const conf = join(place, "containers.conf");
writeFileSync(
  conf,
  `[containers]
default_ulimits=["nofile=10000:10000","nproc=10000:10000"]
[engine]
${existsSync("/usr/sbin/runc") || existsSync("/usr/bin/runc") ? 'runtime="runc"' : ""}
[network]
network_backend="netavark"
`,
);

// Storage of its own, so that no image and no container of this machine is seen or touched.
function podman(args: readonly string[], input?: Buffer) {
  const store = ["--root", join(place, "root"), "--runroot", join(place, "run"), "--storage-driver", "vfs"];
  return spawnSync("podman", [...store, ...args], {
    encoding: "utf8",
    maxBuffer: 1e9,
    env: { ...process.env, CONTAINERS_CONF: conf },
    ...(input === undefined ? {} : { input }),
  });
}

function copyWithLibraries(file: string, root: string, to: string): void {
  mkdirSync(dirname(join(root, to)), { recursive: true });
  copyFileSync(file, join(root, to));
  const { stdout } = spawnSync("ldd", [file], { encoding: "utf8" });
  for (const [, library] of stdout.matchAll(/(\/\S+\.so\S*)/g)) {
    if (library === undefined || existsSync(join(root, library))) continue;
    mkdirSync(dirname(join(root, library)), { recursive: true });
    copyFileSync(library, join(root, library));
  }
}

/** A stand-in for the public Node image, which cannot be had here: this Node, its npm and a shell, at the same places. */
function importBase(): void {
  const root = join(place, "rootfs");
  for (const path of [
    "tmp",
    "proc",
    "sys",
    "dev",
    "run",
    "etc/ssl",
    "home/node",
    "usr/bin",
    "usr/local/lib/node_modules",
  ]) {
    mkdirSync(join(root, path), { recursive: true });
  }
  symlinkSync("usr/bin", join(root, "bin"));
  copyWithLibraries(process.execPath, root, "usr/local/bin/node");
  const busybox = spawnSync("sh", ["-c", "command -v busybox"], { encoding: "utf8" }).stdout.trim();
  copyWithLibraries(busybox, root, "usr/bin/busybox");
  for (const name of ["sh", "cp", "mkdir", "ln", "chmod", "chown", "ls", "cat", "env", "id", "rm"]) {
    symlinkSync("busybox", join(root, "usr/bin", name));
  }
  const npm = dirname(dirname(spawnSync("sh", ["-c", 'readlink -f "$(command -v npm)"'], { encoding: "utf8" }).stdout));
  cpSync(npm, join(root, "usr/local/lib/node_modules/npm"), { recursive: true });
  symlinkSync("../lib/node_modules/npm/bin/npm-cli.js", join(root, "usr/local/bin/npm"));
  cpSync("/etc/ssl/certs", join(root, "etc/ssl/certs"), { recursive: true, dereference: true });
  writeFileSync(join(root, "etc/passwd"), "root:x:0:0::/root:/bin/sh\nnode:x:1000:1000::/home/node:/bin/sh\n");
  writeFileSync(join(root, "etc/group"), "root:x:0:\nnode:x:1000:\n");
  const tar = spawnSync("tar", ["-C", root, "-c", "."], { maxBuffer: 1e9 }).stdout;
  const trust = ["--change", "ENV NODE_EXTRA_CA_CERTS=/etc/ssl/certs/ca-certificates.crt"];
  const { status, stderr } = podman(["import", ...trust, "-", base], tar);
  if (status !== 0) throw new Error(`the base image was not made: ${stderr}`);
}

afterAll(() => {
  podman(["rm", "--all", "--force"]);
  podman(["rmi", "--all", "--force"]);
  rmSync(place, { recursive: true, force: true });
});

describe.skipIf(missing)("our own image, on a stand-in for the public Node image", () => {
  test("is built small by our Containerfile, and runs the learner as the stack's file says", async () => {
    importBase();
    const home = join(place, "home");
    mkdirSync(join(home, "telemetry"), { recursive: true });
    mkdirSync(join(home, "secrets"), { mode: 0o700 });
    writeFileSync(join(home, "secrets", "redis_password"), "planted-secret", { mode: 0o600 });
    copyFileSync(join(project, "fixtures/telemetry/hybrid-events.jsonl"), join(home, "telemetry/hybrid-events.jsonl"));
    const { manifest } = await loadStack(configIn(home), { tier: "minimal", machine: machineOf(64e9) });
    const engine = manifest.services.find(({ name }) => name === "engine");
    if (engine?.build == null) throw new Error(`the engine is not built: ${stringify(engine)}`);

    const file = join(engine.build.context, engine.build.containerfile);
    const args = ["--format", "docker", "--pull-never", "--file", file, "--tag", engine.image, engine.build.context];
    const built = podman(["build", ...args]);
    expect([built.status, built.status === 0 ? "" : built.stderr]).toEqual([0, ""]);
    const bytes = (name: string) => Number(podman(["image", "inspect", "--format", "{{.Size}}", name]).stdout);
    expect(bytes(engine.image) - bytes(base)).toBeLessThan(20 * 1024 * 1024);

    const inside = podman([
      "run",
      "--rm",
      "--network=none",
      "--read-only",
      "--entrypoint=/bin/sh",
      engine.image,
      "-c",
      "id -u; ls /app; aistack --version",
    ]);
    expect(inside.stdout.split(/\s+/).filter((word) => word !== "")).toEqual([
      ...["1000", "bin", "dist", "node_modules", "package.json"],
      JSON.parse(readFileSync(join(project, "package.json"), "utf8")).version,
    ]);

    const mounts = engine.mounts.flatMap(({ type, source, target, options, readOnly }) => {
      const words = [...options, ...(readOnly ? ["ro"] : [])].join(",");
      return type === "tmpfs" ? ["--tmpfs", `${target}:${words}`] : ["--volume", `${source}:${target}:${words}`];
    });
    const bounds = [
      ...["--read-only", "--cap-drop=ALL", "--network=none", "--user", engine.user ?? ""],
      ...engine.securityOpt.flatMap((option) => ["--security-opt", option]),
      ...(process.getuid?.() === 0 ? [] : ["--userns", engine.usernsMode ?? ""]),
      ...["--memory", String(engine.memoryBytes), "--pids-limit", String(engine.pids)],
      ...Object.entries(engine.environment).flatMap(([name, value]) => ["--env", `${name}=${value}`]),
    ];
    const run = podman([
      "run",
      "--detach",
      "--name",
      "engine",
      ...bounds,
      ...mounts,
      engine.image,
      ...(engine.command ?? []),
    ]);
    expect([run.status, run.status === 0 ? "" : run.stderr]).toEqual([0, ""]);
    const ask = () => podman(["exec", "engine", ...(engine.healthcheck?.test ?? [])]);
    await until(() => ask().status === 0);
    await until(
      () => existsSync(join(home, "dataset.jsonl")) && readFileSync(join(home, "dataset.jsonl"), "utf8") !== "",
    );
    expect(podman(["exec", "engine", "ls", join(home, "secrets")]).stdout).toBe("");
    const held = JSON.parse(readFileSync(join(home, "engine.lock"), "utf8"));
    expect([held.pid, held.command]).toEqual([1, expect.stringMatching(/^aistack learn, in container [0-9a-f]{12}$/)]);
    const stopped = podman(["stop", "--time", "20", "engine"]);
    expect(stopped.status).toBe(0);
    expect(podman(["inspect", "--format", "{{.State.ExitCode}}", "engine"]).stdout.trim()).toBe("0");
    const said = podman(["logs", "engine"]);
    expect(said.stdout).toContain('"type":"engine.ended"');
    expect(said.stdout + said.stderr).not.toContain("planted-secret");
  }, 900_000);
});
