import { closeSync, openSync, readSync } from "node:fs";
import { basename } from "node:path";
import { readTime } from "../../engine/base/time.ts";
import { msToBeat } from "../../engine/pause.ts";
import { inodeKey } from "../../engine/telemetry/identity.ts";
import { regularFile } from "../../engine/telemetry/odd-file.ts";
import { discover } from "../../engine/telemetry/sources.ts";
import type { LogLine } from "../supervisor/state.ts";

const lookMs = 200;
const calmLookMs = 1000;
const calmAfterMs = 5000;
const discoverMs = 5000;
const filesMax = 64;
const firstBytes = 16 * 1024;
const lookBytes = 4 * 1024 * 1024;
const lineCharacters = 64 * 1024;

interface Tailed {
  readonly service: string;
  inode: string;
  offset: number;
  rest: string;
  /** Whether the beginning of the first line was never read. */
  torn: boolean;
}

function timeOf(text: string): string | null {
  const found = /"(?:timestamp|time|ts|@timestamp)"\s*:\s*"([^"]{10,40})"/.exec(text.slice(0, 2000))?.[1];
  return readTime(found) || null;
}

function readNew(file: string, tailed: Tailed, emit: (line: LogLine) => void, scratch: Buffer): void {
  const stat = regularFile(file);
  if (stat === null) return;
  const inode = inodeKey(stat);
  if (inode !== tailed.inode || stat.size < tailed.offset)
    Object.assign(tailed, { inode, offset: 0, rest: "", torn: false });
  if (stat.size === tailed.offset) return;
  const skipped = stat.size - tailed.offset - lookBytes;
  const say = (text: string) => emit({ service: tailed.service, stream: "stdout", at: timeOf(text), text });
  if (skipped > 0) {
    Object.assign(tailed, { offset: stat.size - lookBytes, rest: "", torn: true });
    say(`${skipped} bytes came faster than they can be shown and were skipped here`);
  }
  const fd = openSync(file, "r");
  try {
    while (tailed.offset < stat.size) {
      const read = readSync(fd, scratch, 0, scratch.length, tailed.offset);
      if (read === 0) return;
      tailed.offset += read;
      const parts = (tailed.rest + scratch.toString("utf8", 0, read)).split("\n");
      // What is longer is never shown whole; its beginning is enough until it ends.
      tailed.rest = (parts.pop() ?? "").slice(0, lineCharacters);
      for (const text of parts) {
        if (!tailed.torn && text.trim() !== "") say(text);
        tailed.torn = false;
      }
    }
  } finally {
    closeSync(fd);
  }
}

/** Follows what is appended to telemetry files, for showing only; begins a little before their ends. */
export function followTelemetry(
  patterns: () => readonly string[],
  emit: (line: LogLine) => void,
): { readonly look: () => void; close(): void } {
  const files = new Map<string, Tailed>();
  const scratch = Buffer.allocUnsafe(256 * 1024);
  let discoverAt = 0;
  let heardAt = performance.now();
  const hear = (line: LogLine) => {
    heardAt = performance.now();
    emit(line);
  };
  const find = () => {
    discoverAt = performance.now() + discoverMs;
    const found = discover(patterns())
      .filter(({ rotatedFrom }) => rotatedFrom === null)
      .flatMap(({ file }) => {
        const stat = regularFile(file);
        return stat !== null ? [{ file, stat }] : [];
      })
      .toSorted((a, b) => b.stat.mtimeMs - a.stat.mtimeMs)
      .slice(0, filesMax);
    for (const { file, stat } of found) {
      if (files.has(file)) continue;
      const offset = Math.max(0, stat.size - firstBytes);
      const service = basename(file).replace(/(-events)?\.jsonl$/, "");
      files.set(file, { service, inode: inodeKey(stat), offset, rest: "", torn: offset > 0 });
    }
    const kept = new Set(found.map(({ file }) => file));
    for (const file of files.keys()) if (!kept.has(file)) files.delete(file);
  };
  const look = () => {
    if (performance.now() >= discoverAt) find();
    for (const [file, tailed] of files) {
      try {
        readNew(file, tailed, hear, scratch);
      } catch {
        // A file that cannot be read is named by the learner; the next look may find it mended.
      }
    }
  };
  let timer: NodeJS.Timeout;
  const goOn = () => {
    const isCalm = performance.now() - heardAt > calmAfterMs;
    timer = setTimeout(
      () => {
        look();
        goOn();
      },
      isCalm ? msToBeat(calmLookMs) : lookMs,
    );
  };
  goOn();
  return { look, close: () => clearTimeout(timer) };
}
