import { spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { homedir, tmpdir } from "node:os";
import { join } from "node:path";

/** What some tests need from the machine beside Node. */
export type Part =
  | "python3"
  | "datasets"
  | "flock"
  | "logrotate"
  | "pgrep"
  | "openssl"
  | "postgres"
  | "redis"
  | "busybox"
  | "nginx"
  | "prometheus"
  | "podman"
  | "debootstrap"
  | "tmux"
  | "zsh"
  | "fish"
  | "chromium"
  | "mount";

/** Whether a part is missing here, and if so why, in one sentence with the way to get it. */
export interface Need {
  readonly missing: boolean;
  readonly reason: string;
  /** The command that starts the part; an empty string when it is missing. */
  readonly command: string;
}

const parts: Record<Part, { readonly package: string; readonly tries: () => readonly (readonly string[])[] }> = {
  python3: { package: "python3", tries: () => [["python3", "-c", "import fcntl"]] },
  datasets: {
    package: "python3-venv && python3 -m venv ~/datasets && ~/datasets/bin/pip install datasets",
    tries: () => datasetsPythons().map((path) => [path, "-c", "import datasets"]),
  },
  flock: { package: "util-linux", tries: () => [["flock", "--version"]] },
  logrotate: { package: "logrotate", tries: () => [["logrotate", "--version"]] },
  pgrep: { package: "procps", tries: () => [["pgrep", "--version"]] },
  openssl: { package: "openssl", tries: () => [["openssl", "version"]] },
  postgres: { package: "postgresql", tries: () => postgresPrograms().map((path) => [path, "--version"]) },
  redis: { package: "redis-server", tries: () => [["redis-server", "--version"]] },
  busybox: { package: "busybox-static", tries: () => [["busybox", "true"]] },
  nginx: { package: "nginx-light", tries: () => [["nginx", "-v"]] },
  prometheus: { package: "prometheus", tries: () => [["promtool", "--version"]] },
  podman: {
    package: "podman runc netavark aardvark-dns iptables catatonit busybox-static",
    tries: () => [["sh", "-c", "podman info && busybox true && command -v catatonit"]],
  },
  debootstrap: { package: "debootstrap", tries: () => [["debootstrap", "--version"]] },
  tmux: { package: "tmux", tries: () => [["tmux", "-V"]] },
  zsh: { package: "zsh", tries: () => [["zsh", "--version"]] },
  fish: { package: "fish", tries: () => [["fish", "--version"]] },
  chromium: {
    package: "chromium",
    tries: () => ["chromium", "chromium-browser", "google-chrome"].map((name) => [name, "--version"]),
  },
  mount: { package: "", tries: () => [["mount", "-t", "tmpfs", "-o", "size=64k", "none"]] },
};

const known = new Map<Part, Need>();

/**
 * Looks once whether a part works here; use as `describe.skipIf(needs("python3").missing)`.
 * A missing part prints its reason. With AISTACK_TEST_REQUIRE=1 it throws instead, so that nothing that can be
 * installed is skipped unseen; the right to mount is not for installing and is never required.
 */
export function needs(part: Part): Need {
  const need = known.get(part) ?? look(part);
  known.set(part, need);
  if (need.missing && part !== "mount" && process.env.AISTACK_TEST_REQUIRE === "1") throw new Error(need.reason);
  if (need.missing) console.warn(`skipped: ${need.reason}`);
  return need;
}

function look(part: Part): Need {
  const { package: name, tries } = parts[part];
  const works = tries().find((line) => (part === "mount" ? mounts(line) : runs(line)));
  if (works !== undefined) return { missing: false, reason: "", command: works[0] ?? "" };
  const remedy = name === "" ? "run as a user who may mount" : `type: apt-get install ${name}`;
  return { missing: true, reason: `${part} does not work here; ${remedy}`, command: "" };
}

function runs([command = "", ...args]: readonly string[]): boolean {
  return spawnSync(command, args, { stdio: "ignore", timeout: 30_000 }).status === 0;
}

function mounts(line: readonly string[]): boolean {
  const directory = mkdtempSync(join(tmpdir(), "aistack-mount-"));
  const mounted = runs([...line, directory]);
  if (mounted) runs(["umount", directory]);
  rmSync(directory, { recursive: true, force: true });
  return mounted;
}

/** Pythons that may have Hugging Face's `datasets`: the one of .ci/run, one in the home, the machine's. */
function datasetsPythons(): string[] {
  const { AISTACK_TEST_DATASETS_PYTHON: named } = process.env;
  return [...(named === undefined ? [] : [named]), join(homedir(), "datasets/bin/python"), "python3"];
}

/** Debian keeps the server programs of each version out of the search path. */
function postgresPrograms(): string[] {
  const home = "/usr/lib/postgresql";
  try {
    const newestFirst = readdirSync(home).sort((a, b) => Number(b) - Number(a));
    return [...newestFirst.map((version) => join(home, version, "bin/postgres")), "postgres"];
  } catch {
    return ["postgres"];
  }
}
