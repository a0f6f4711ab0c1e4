import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { chmodSync, existsSync, mkdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir, userInfo } from "node:os";
import { join } from "node:path";
import { needs } from "../parts.ts";

const suite = "trixie";
const packages = ["podman", "runc", "conmon", "netavark", "aardvark-dns", "iptables", "nftables", "catatonit"];

function mirror(): string {
  const { stdout } = spawnSync("apt-get", ["indextargets", "--format", "$(REPO_URI)"], { encoding: "utf8" });
  const found = (stdout ?? "").split("\n").find((line) => /^http.*\/debian\/?$/.test(line));
  return (found ?? "http://deb.debian.org/debian").replace(/\/$/, "");
}

/** Why Debian's next release cannot be had here, or an empty string. */
export function lacksTrixie(): string {
  const parts = ["podman", "debootstrap", "mount"] as const;
  const missing = parts.map(needs).find((need) => need.missing);
  if (missing !== undefined) return missing.reason;
  // The program that debootstrap itself fetches with.
  const words = ["--quiet", "--timeout=15", "--tries=2", "--output-document=/dev/null"];
  const { status } = spawnSync("wget", [...words, `${mirror()}/dists/${suite}/Release`]);
  return status === 0 ? "" : `${mirror()} does not give ${suite}: wget ended with ${status}`;
}

// In a mount namespace of its own, so that nothing stays mounted whatever happens.
const alone = ["--mount", "--propagation", "private"];

function makeRoot(): string {
  const root = join(tmpdir(), `aistack-${suite}-${userInfo().uid}`);
  if (existsSync(root)) return root;
  const young = `${root}.new`;
  rmSync(young, { recursive: true, force: true });
  const words = ["--variant=minbase", `--include=${packages.join(",")}`, suite, young, mirror()];
  const { status, stdout } = spawnSync("unshare", [...alone, "debootstrap", ...words], { encoding: "utf8" });
  if (status !== 0) throw new Error(`debootstrap ended with ${status}: ${stdout.slice(-1000)}`);
  renameSync(young, root);
  return root;
}

const hold = `set -e
cd "$1"
mount --bind "$1" "$1"
cd "$1"
for place in proc sys dev; do mount --rbind "/$place" "$1/$place"; done
mkdir -p "$1$2"
mount --bind "$2" "$1$2"
mkdir -p old
pivot_root . old
umount --lazy /old
echo ready
exec cat`;

/** A Podman of Debian's next release, whose root is its own while its processes are seen from here. */
export interface OtherPodman extends Disposable {
  /** Where its command `podman` is, for a search path. */
  readonly bin: string;
  /** The one directory that it has in common with us. */
  readonly directory: string;
}

/** Opens the Podman of Debian's next release; its root is made once per machine, in about a minute. */
export async function openTrixie(): Promise<OtherPodman> {
  const root = makeRoot();
  const directory = join(tmpdir(), `aistack-${suite}-work-${userInfo().uid}`);
  const bin = join(directory, "bin");
  mkdirSync(bin, { recursive: true });
  const holder: ChildProcess = spawn("unshare", [...alone, "sh", "-c", hold, "sh", root, directory], {
    stdio: ["pipe", "pipe", "inherit"],
  });
  await new Promise<void>((ready, failed) => {
    holder.stdout?.once("data", () => ready());
    holder.once("exit", (code) => failed(new Error(`the root of ${suite} was not entered: ${code}`)));
  });
  const script = `#!/bin/sh\nexport PODMAN_IGNORE_CGROUPSV1_WARNING=1\nexec nsenter --mount=/proc/${holder.pid}/ns/mnt /usr/bin/podman "$@"\n`;
  writeFileSync(join(bin, "podman"), script);
  chmodSync(join(bin, "podman"), 0o755);
  return {
    bin,
    directory,
    [Symbol.dispose]() {
      holder.kill("SIGKILL");
    },
  };
}
