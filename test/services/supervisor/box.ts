import { execFileSync, spawnSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir, userInfo } from "node:os";
import { join } from "node:path";
import { onTestFinished } from "vitest";
import type { Manifest, Service } from "../../../src/services/manifest/service.ts";
import { openPodman, type Podman } from "../../../src/services/supervisor/podman.ts";
import type { StackEvent } from "../../../src/services/supervisor/said.ts";
import type { Stage } from "../../../src/services/supervisor/stage.ts";

/** The small image the tests run: a static busybox. */
export const image = "localhost/aistack-test/busybox:1";

/** A Podman of the tests' own: its store, networks and configuration disturb nobody else's. */
export interface Box {
  readonly directory: string;
  readonly environment: Readonly<Record<string, string>>;
}

let box: Box | null = null;

/**
 * Opens the tests' own Podman, made once per machine. What is written down here was tried on small machines without
 * systemd: runc and cgroupfs work there, low limits have to be given, and events and logs have to go to files.
 */
export function openBox(): Box {
  if (box !== null) return box;
  const directory = join(tmpdir(), `aistack-podman-${userInfo().uid}`);
  mkdirSync(join(directory, "networks"), { recursive: true });
  const configuration = join(directory, "containers.conf");
  const storage = join(directory, "storage.conf");
  const write = (file: string, text: string) => {
    const temporary = `${file}.${process.pid}`;
    writeFileSync(temporary, text);
    renameSync(temporary, file);
  };
  const runtime = ["crun", "runc"].find((name) => spawnSync(name, ["--version"]).status === 0) ?? "runc";
  write(
    configuration,
    `[containers]
default_ulimits=["nofile=10000:10000","nproc=10000:10000"]
log_driver="k8s-file"
[engine]
runtime="${runtime}"
events_logger="file"
cgroup_manager="cgroupfs"
tmp_dir="${directory}/tmp"
lock_type="file"
[network]
network_backend="netavark"
network_config_dir="${directory}/networks"
`,
  );
  write(storage, `[storage]\ndriver="overlay"\ngraphroot="${directory}/root"\nrunroot="${directory}/run"\n`);
  const environment = {
    ...Object.fromEntries(Object.entries(process.env).filter((one): one is [string, string] => one[1] !== undefined)),
    CONTAINERS_CONF: configuration,
    CONTAINERS_STORAGE_CONF: storage,
  };
  box = { directory, environment };
  makeImage(box);
  return box;
}

/** Runs a podman command in the tests' own Podman. */
export function podman(...args: string[]): { status: number | null; stdout: string; stderr: string } {
  return spawnSync("podman", args, { encoding: "utf8", env: openBox().environment });
}

function makeImage({ directory, environment }: Box): void {
  if (spawnSync("podman", ["image", "exists", image], { env: environment }).status === 0) return;
  const root = mkdtempSync(join(directory, "image-"));
  for (const name of ["bin", "dev", "etc", "proc", "root", "run", "sys", "tmp", "var"]) mkdirSync(join(root, name));
  const busybox = ["/bin/busybox", "/usr/bin/busybox"].find(existsSync);
  if (busybox === undefined) throw new Error("the tests' image needs busybox; type: apt-get install busybox-static");
  copyFileSync(busybox, join(root, "bin/busybox"));
  const applets = execFileSync(busybox, ["--list"], { encoding: "utf8" }).trim().split("\n");
  for (const name of applets) if (name !== "busybox") symlinkSync("busybox", join(root, "bin", name));
  writeFileSync(join(root, "etc/passwd"), "root:x:0:0:root:/root:/bin/sh\nuser:x:1000:1000::/tmp:/bin/sh\n");
  writeFileSync(join(root, "etc/group"), "root:x:0:\nuser:x:1000:\n");
  const tar = spawnSync("tar", ["-C", root, "-c", "."], { maxBuffer: 1e9 });
  const made = spawnSync("podman", ["import", "-", image], { input: tar.stdout, env: environment, encoding: "utf8" });
  rmSync(root, { recursive: true });
  if (made.status !== 0) throw new Error(`the tests' image was not made: ${made.stderr}`);
}

/** A service with nothing special about it. */
export function service(name: string, over: Partial<Service> = {}): Service {
  return {
    name,
    image,
    build: null,
    command: ["sh", "-c", "trap 'exit 0' TERM; while :; do sleep 0.1; done"],
    entrypoint: null,
    environment: {},
    ports: [],
    mounts: [],
    networks: [],
    dependsOn: [],
    healthcheck: null,
    healthcheckOff: false,
    restart: { policy: "unless-stopped", maxRetries: null },
    cpus: null,
    memoryBytes: null,
    memoryReservationBytes: null,
    pids: null,
    securityOpt: [],
    readOnly: false,
    capAdd: [],
    capDrop: [],
    user: null,
    usernsMode: null,
    workingDirectory: null,
    stopGraceMs: 1000,
    stopSignal: null,
    init: false,
    labels: {},
    secrets: [],
    profiles: [],
    tier: "minimal",
    logReady: null,
    portReady: null,
    breaker: null,
    ...over,
  };
}

/** A service that runs a shell script until it is told to stop. */
export function script(name: string, text: string, over: Partial<Service> = {}): Service {
  return service(name, { command: ["sh", "-c", text], ...over });
}

/** A check that passes once a file is there. */
export function checksFile(file: string, over: Partial<NonNullable<Service["healthcheck"]>> = {}) {
  return { test: ["test", "-e", file], intervalMs: 1000, timeoutMs: 2000, retries: 3, startPeriodMs: 0, ...over };
}

/** One service that waits for another. */
export function needs(name: string, condition: "started" | "healthy" | "completed" | "log" | "port" = "started") {
  return { service: name, condition, required: true, restart: false };
}

/** A stack of its own name whose containers, networks, volumes and secrets are gone after the test. */
export function stackOf(...services: Service[]): Manifest {
  const project = `t${randomBytes(4).toString("hex")}`;
  onTestFinished(() => sweep(project));
  return {
    project,
    services,
    networks: [...new Set(services.flatMap(({ networks }) => networks))],
    volumes: [],
    secrets: [...new Set(services.flatMap(({ secrets }) => secrets.map(({ source }) => source)))],
    secretSources: {},
    files: [],
    directories: [],
  };
}

/** Removes everything that belongs to a stack. */
export function sweep(project: string): void {
  const names = (...args: string[]) =>
    podman(...args)
      .stdout.split("\n")
      .filter(Boolean);
  const label = `label=aistack.project=${project}`;
  const containers = names("ps", "--all", "--quiet", "--filter", label);
  if (containers.length > 0) podman("rm", "--force", "--time", "0", ...containers);
  for (const kind of ["network", "volume", "secret"]) {
    const own = names(kind, "ls", "--format", "{{.Name}}").filter((name) => name.startsWith(`${project}_`));
    if (own.length > 0) podman(kind, "rm", ...own);
  }
}

/** The stage of a stack on the tests' own Podman, and what was said on it. */
export function stageOf(
  manifest: Manifest,
  over: Partial<Stage> = {},
): Stage & { readonly said: StackEvent[]; readonly podman: Podman } {
  const said: StackEvent[] = [];
  const door = openPodman({
    command: "podman",
    environment: openBox().environment,
    timeoutMs: 20_000,
    parallel: 4,
  });
  return {
    podman: door,
    manifest,
    say: (event) => void said.push(event),
    timers: false,
    root: process.getuid?.() === 0,
    local: true,
    changeTimeoutMs: 60_000,
    unhealthyGraceMs: 2000,
    parallel: 4,
    said,
    ...over,
  };
}
