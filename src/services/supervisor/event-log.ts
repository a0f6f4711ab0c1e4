import {
  closeSync,
  type FSWatcher,
  fstatSync,
  openSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  readSync,
  statSync,
  watch,
} from "node:fs";
import { basename, dirname } from "node:path";
import type { PodmanEvent } from "./container.ts";
import { parseEvent } from "./parse.ts";

/** What was read from a log of events. */
export interface LogPiece {
  /** Oldest first. */
  readonly events: readonly PodmanEvent[];
  /** Whether Podman began the file anew since, so that an event of the same moment may be missing. */
  readonly begunAnew: boolean;
}

/** The file in which Podman keeps its events, read as it grows. */
export interface EventLog extends Disposable {
  /** What was written since the last time; fails when the file is gone or is no log of events any more. */
  read(): LogPiece;
  /** Whether something is written there that was not read. */
  isBehind(): boolean;
}

const lastBytes = 16 * 1024;
const newline = 10;

function children(pid: number): number[] {
  try {
    return readFileSync(`/proc/${pid}/task/${pid}/children`, "utf8").split(" ").filter(Boolean).map(Number);
  } catch {
    return [];
  }
}

function readFrom(fd: number, from: number): Buffer {
  const bytes = Buffer.alloc(Math.max(0, fstatSync(fd).size - from));
  return bytes.subarray(0, readSync(fd, bytes, 0, bytes.length, from));
}

function lastEvent(fd: number): PodmanEvent {
  const lines = readFrom(fd, Math.max(0, fstatSync(fd).size - lastBytes)).toString("utf8");
  return parseEvent(lines.trimEnd().split("\n").at(-1) ?? "");
}

// Whether an open file of a process is a log of events that is to be read here under the same name.
function isEventLog(open: string, path: string): boolean {
  const [held, named] = [statSync(open), statSync(path)];
  if (!held.isFile() || held.dev !== named.dev || held.ino !== named.ino) return false;
  const fd = openSync(path, "r");
  try {
    lastEvent(fd);
    return true;
  } finally {
    closeSync(fd);
  }
}

/** The log that a running `podman events` has open; null where it has none, or none that can be read here. */
export function findEventLog(pid: number): string | null {
  const places = [pid, ...children(pid)].map((one) => `/proc/${one}/fd`);
  for (const place of places) {
    try {
      for (const fd of readdirSync(place)) {
        try {
          const path = readlinkSync(`${place}/${fd}`);
          if (path.startsWith("/") && isEventLog(`${place}/${fd}`, path)) return path;
        } catch {
          // It is another file.
        }
      }
    } catch {
      // It ended, or is another user's.
    }
  }
  return null;
}

/** Opens a log of events at its end; `onChange` is called whenever the system tells that it changed. */
export function openEventLog(path: string, onChange: () => void): EventLog {
  const name = basename(path);
  let fd = openSync(path, "r");
  let offset = fstatSync(fd).size;
  let newest: string;
  let watcher: FSWatcher;
  try {
    newest = lastEvent(fd).at ?? "";
    watcher = watch(dirname(path), { persistent: false }, (_, file) => {
      if (file === null || file === name) onChange();
    });
  } catch (error) {
    closeSync(fd);
    throw error;
  }
  // A watch that fails tells nothing more, and that shows in being behind.
  watcher.on("error", () => watcher.close());

  const take = (): PodmanEvent[] => {
    const bytes = readFrom(fd, offset);
    const whole = bytes.subarray(0, bytes.lastIndexOf(newline) + 1);
    offset += whole.length;
    const lines = whole.toString("utf8").split("\n").filter(Boolean);
    return lines.map(parseEvent);
  };
  const isAnew = () => {
    const [open, named] = [fstatSync(fd), statSync(path)];
    return open.ino !== named.ino || open.dev !== named.dev || named.size < offset;
  };
  return {
    read() {
      const events = take();
      for (const { at } of events) if (at !== null && at > newest) newest = at;
      const begunAnew = isAnew();
      if (begunAnew) {
        closeSync(fd);
        fd = openSync(path, "r");
        offset = 0;
        // The file begins with the younger half of what the old one had.
        const known = newest;
        for (const event of take()) {
          if (event.at === null || event.at <= known) continue;
          newest = event.at;
          events.push(event);
        }
      }
      return { events, begunAnew };
    },
    isBehind: () => isAnew() || fstatSync(fd).size > offset,
    [Symbol.dispose]() {
      watcher.close();
      closeSync(fd);
    },
  };
}
