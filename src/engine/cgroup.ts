import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";

/** The tightest limits of the control groups a process lies in; null is no limit. */
export interface CgroupLimits {
  readonly version: "cgroup v1" | "cgroup v2";
  readonly memoryBytes: number | null;
  readonly cpus: number | null;
}

function read(file: string): string | null {
  try {
    return readFileSync(file, "utf8").trim();
  } catch {
    return null;
  }
}

/** The number in one of the kernel's limit files; null for `max`, for -1, and where there is no such file. */
function limitOf(text: string | null | undefined): number | null {
  if (text === null || text === undefined || !/^\d+$/.test(text)) return null;
  const limit = Number(text);
  return limit > 0 ? limit : null;
}

function least(limits: readonly (number | null)[]): number | null {
  const set = limits.filter((limit) => limit !== null);
  return set.length === 0 ? null : Math.min(...set);
}

// A group is bound by all groups above it. In a container the path may name groups of the host that are not to be
// seen here: then only those that exist count, and the mount's root is the container's own group.
function upwards(path: string): string[] {
  const all = [path];
  for (let at = path; dirname(at) !== at; at = dirname(at)) all.push(dirname(at));
  return all;
}

function readV2(mount: string, path: string): CgroupLimits {
  const groups = upwards(path).map((group) => join(mount, group));
  const cpus = groups.map((group) => {
    const [quota, period] = (read(join(group, "cpu.max")) ?? "").split(" ").map(limitOf);
    return quota && period ? quota / period : null;
  });
  const memory = groups.map((group) => limitOf(read(join(group, "memory.max"))));
  return { version: "cgroup v2", memoryBytes: least(memory), cpus: least(cpus) };
}

function readV1(root: string, paths: ReadonlyMap<string, { path: string; mount: string }>): CgroupLimits {
  const groups = (controller: string) => {
    const at = paths.get(controller);
    return at === undefined ? [] : upwards(at.path).map((group) => join(root, "sys/fs/cgroup", at.mount, group));
  };
  const memory = groups("memory").map((group) => limitOf(read(join(group, "memory.limit_in_bytes"))));
  const cpus = groups("cpu").map((group) => {
    const quota = limitOf(read(join(group, "cpu.cfs_quota_us")));
    const period = limitOf(read(join(group, "cpu.cfs_period_us")));
    return quota && period ? quota / period : null;
  });
  return { version: "cgroup v1", memoryBytes: least(memory), cpus: least(cpus) };
}

/** Reads the limits above this process, of both versions where both are mounted; `root` is where `proc` and `sys` are. */
export function readCgroupLimits(root: string): CgroupLimits {
  let unified: string | null = null;
  const controllers = new Map<string, { path: string; mount: string }>();
  for (const line of (read(join(root, "proc/self/cgroup")) ?? "").split("\n")) {
    const [, id, names, path] = /^(\d+):([^:]*):(.*)$/.exec(line) ?? [];
    if (path === undefined || names === undefined) continue;
    if (id === "0" && names === "") unified = path;
    for (const name of names.split(",").filter((one) => one !== "")) controllers.set(name, { path, mount: names });
  }
  const v1 = readV1(root, controllers);
  if (unified === null) return v1;
  const v2 = readV2(join(root, "sys/fs/cgroup"), unified);
  if (v2.memoryBytes === null && v2.cpus === null) return controllers.has("memory") ? v1 : v2;
  return v2;
}
