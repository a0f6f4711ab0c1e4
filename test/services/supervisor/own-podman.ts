import { execFileSync, spawnSync } from "node:child_process";
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
import { image } from "./services.ts";

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
  const runtime = ["runc", "crun"].find((name) => spawnSync(name, ["--version"]).status === 0) ?? "runc";
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
  return spawnSync("podman", args, { encoding: "utf8", env: openBox().environment, timeout: 120_000 });
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
