import { readFileSync, statfsSync } from "node:fs";
import { availableParallelism, totalmem } from "node:os";
import { dirname, join } from "node:path";
import { type CgroupLimits, readCgroupLimits } from "./cgroup.ts";
import { errnoOf } from "./errors.ts";

/** What there is to run on: the machine, or the part of it that a cgroup leaves. */
export interface Machine {
  /** The least of the machine's memory and every limit above this process. */
  readonly memoryBytes: number;
  /** What set that number. */
  readonly memoryFrom: "machine" | "cgroup v1" | "cgroup v2";
  /** CPUs that this process may use; a quota may make it a fraction. */
  readonly cpus: number;
  readonly cpusFrom: "machine" | "cgroup v1" | "cgroup v2";
  /** Room on the disk of the home; null where it cannot be asked. */
  readonly diskFreeBytes: number | null;
  readonly diskBytes: number | null;
}

function readText(file: string): string | null {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return null;
  }
}

function countList(list: string): number {
  return list.split(",").reduce((sum, part) => {
    const [first = Number.NaN, last = first] = part.trim().split("-").map(Number);
    return sum + (last - first + 1);
  }, 0);
}

function readMemory(root: string): number {
  const kilobytes = /^MemTotal:\s+(\d+) kB$/m.exec(readText(join(root, "proc/meminfo")) ?? "")?.[1];
  return kilobytes === undefined ? totalmem() : Number(kilobytes) * 1024;
}

function readCpus(root: string): number {
  const allowed = /^Cpus_allowed_list:\s*(\S+)$/m.exec(readText(join(root, "proc/self/status")) ?? "")?.[1];
  const count = allowed === undefined ? Number.NaN : countList(allowed);
  return Number.isInteger(count) && count > 0 ? count : availableParallelism();
}

function readDisk(directory: string): { free: number | null; all: number | null } {
  try {
    const { bavail, bsize, blocks } = statfsSync(directory);
    return { free: bavail * bsize, all: blocks * bsize };
  } catch (error) {
    if (errnoOf(error) === "ENOENT" && dirname(directory) !== directory) return readDisk(dirname(directory));
    return { free: null, all: null };
  }
}

/**
 * Measures memory, CPUs and the disk of a directory. `root` is where `proc` and `sys` are; on systems without them the
 * numbers are those of the operating system.
 */
export function measureMachine(directory: string, root = "/"): Machine {
  const memory = readMemory(root);
  const cpus = readCpus(root);
  const limits: CgroupLimits = readCgroupLimits(root);
  const disk = readDisk(directory);
  const bound = limits.memoryBytes !== null && limits.memoryBytes < memory;
  const throttled = limits.cpus !== null && limits.cpus < cpus;
  return {
    memoryBytes: bound && limits.memoryBytes !== null ? limits.memoryBytes : memory,
    memoryFrom: bound ? limits.version : "machine",
    cpus: throttled && limits.cpus !== null ? limits.cpus : cpus,
    cpusFrom: throttled ? limits.version : "machine",
    diskFreeBytes: disk.free,
    diskBytes: disk.all,
  };
}
