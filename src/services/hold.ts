import { closeSync, existsSync, fstatSync, ftruncateSync, openSync, readFileSync, writeSync } from "node:fs";
import { hostname } from "node:os";
import { join } from "node:path";
import { diskFailure } from "../engine/disk.ts";
import { tryLock } from "../engine/telemetry/flock.ts";
import { readHolders } from "../engine/telemetry/lock-holder.ts";
import { holderShape } from "./shapes.ts";

/** Who runs the learner on a home. */
export interface Holder {
  readonly pid: number;
  readonly command: string;
  /** ISO 8601, UTC. */
  readonly since: string;
}

/** The right to learn on a home, as long as it is open; the kernel gives it back when the process ends. */
export interface Hold {
  close(): void;
}

function lockFileOf(home: string): string {
  return join(home, "engine.lock");
}

// Numbers of processes mean something else in a container; its name says where to look.
function commandHere(command: string): string {
  const isContainer = process.pid === 1 || existsSync("/run/.containerenv") || existsSync("/.dockerenv");
  return isContainer ? `${command}, in container ${hostname()}` : command;
}

/** What ends a holder; its number is of use only where it was taken. */
export function endHint({ pid, command }: Holder): string {
  const place = /, in container (\S+)$/.exec(command)?.[1];
  if (pid === 0) return "aistack status";
  return place === undefined || place === hostname() ? `kill ${pid}` : `podman stop ${place}`;
}

/** Takes the right to learn on a home, or says who has it. Fails with `home` when the home cannot be written. */
export function takeHold(home: string, command: string): Hold | Holder {
  const file = lockFileOf(home);
  let fd: number;
  try {
    fd = openSync(file, "a+", 0o600);
  } catch (error) {
    throw diskFailure(error, `The home ${home} was not taken`, file);
  }
  if (!tryLock(fd)) {
    closeSync(fd);
    return readHolder(home) ?? { pid: 0, command: "unknown", since: "" };
  }
  try {
    ftruncateSync(fd);
    writeSync(fd, JSON.stringify({ pid: process.pid, command: commandHere(command), since: new Date().toISOString() }));
  } catch (error) {
    closeSync(fd);
    throw diskFailure(error, `The home ${home} was not taken`, file);
  }
  return { close: () => giveBack(fd) };
}

// An empty file tells everyone that nobody learns, before they try its lock.
function giveBack(fd: number): void {
  try {
    ftruncateSync(fd);
  } catch {
    // Then whoever looks has to try the lock.
  }
  closeSync(fd);
}

function readHolder(home: string): Holder | null {
  try {
    const parsed = holderShape().safeParse(JSON.parse(readFileSync(lockFileOf(home), "utf8")));
    return parsed.success ? parsed.data : null;
  } catch {
    return null;
  }
}

/** Who learns on a home right now, or null; only looks. */
export function lookAtHold(home: string): Holder | null {
  let fd: number;
  try {
    fd = openSync(lockFileOf(home), "r");
  } catch {
    return null;
  }
  try {
    if (fstatSync(fd).size === 0) return null;
    const holder = readHolder(home);
    // Whom the kernel names needs no trial; others may be hidden from us, in another container or on another machine.
    if (holder !== null && readHolders(fd).has(String(holder.pid))) return holder;
    return tryLock(fd) ? null : readHolder(home);
  } finally {
    closeSync(fd);
  }
}
