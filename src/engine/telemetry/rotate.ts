import { closeSync, existsSync } from "node:fs";
import { stat, unlink } from "node:fs/promises";
import { basename, dirname, join, parse } from "node:path";
import { syncDirectory } from "../disk.ts";
import { type Archive, type Compression, listArchives, parseArchiveName } from "./archive-name.ts";
import { type Due, lastTimeOfDay } from "./due.ts";
import { groupLogs, type Log } from "./log-place.ts";
import { pruneManifest } from "./manifest.ts";
import { type Expiry, findExpired, type Retention } from "./retention.ts";
import { type KeptLog, type Rotated, rotateLog } from "./rotate-log.ts";
import { holdDirectory } from "./rotator-lock.ts";
import { type Pending, type PlainArchive, type Sealed, type Sealing, sealArchive } from "./seal.ts";

/** What to rotate, when, and what to keep. */
export interface RotateOptions {
  /** Paths of the active logs; a missing one is passed over. */
  readonly files: readonly string[];
  /** Where archives go; by default `archive` beside each log. Must be on the log's disk. */
  readonly archiveDir?: string | undefined;
  /** Size from which a log is rotated, in bytes; default 52428800. */
  readonly maxBytes?: number | undefined;
  /** Age from which a log is rotated, in hours; null (the default) means never for its age. */
  readonly maxAgeHours?: number | null | undefined;
  /** Local time of day, `HH:MM`, at which every log that is not empty is rotated; null (the default) for none. */
  readonly at?: string | null | undefined;
  readonly compression?: Compression | undefined;
  /** Default: 30 days, any number, any size. */
  readonly retention?: Partial<Retention> | undefined;
  /** Reports the same actions and changes nothing. */
  readonly dryRun?: boolean | undefined;
  /** Rotates every log that is not empty. */
  readonly force?: boolean | undefined;
  /** The smallest offset every reader has safely taken of a file; null when nobody knows the file. */
  readonly committed: (dev: number, ino: number) => number | null;
  /** Whether learning reads a log: an unknown file of such a log counts as not learned at all, any other as learned. */
  readonly followed: (file: string) => boolean;
  readonly now?: (() => Date) | undefined;
  /** How long to wait for the lock of a log, in milliseconds; default 5000. */
  readonly lockTimeoutMs?: number | undefined;
}

/** A file that is gone from an archive directory. */
export interface Removed {
  readonly archive: string;
  readonly bytes: number;
  readonly why: Expiry | "left by a run that did not finish" | "its compressed copy is verified";
}

/** What one rotation did, or would do. */
export interface RotateReport {
  readonly dryRun: boolean;
  readonly rotated: readonly Rotated[];
  readonly kept: readonly KeptLog[];
  readonly compressed: readonly Sealed[];
  readonly waiting: readonly Pending[];
  readonly removed: readonly Removed[];
}

interface Run {
  readonly options: RotateOptions;
  readonly due: Due;
  readonly now: Date;
  readonly dryRun: boolean;
  readonly lockTimeoutMs: number;
  readonly signal: AbortSignal | undefined;
  readonly rotated: Rotated[];
  readonly kept: KeptLog[];
  readonly compressed: Sealed[];
  readonly waiting: Pending[];
  readonly removed: Removed[];
  /** What went wrong with one file must not stop the others; the first of these is thrown at the end. */
  readonly failures: unknown[];
}

// Writers of this program notice a rotation at their next line or let go after a second without one.
const settleMs = 2000;

async function attempt(run: Run, work: () => Promise<void>): Promise<void> {
  run.signal?.throwIfAborted();
  try {
    await work();
  } catch (error) {
    run.signal?.throwIfAborted();
    run.failures.push(error);
  }
}

/** Rotates the logs of one directory and returns its archives; a dry run adds those a real one would have made. */
async function rotateLogs(run: Run, archiveDir: string, logs: readonly Log[]): Promise<PlainArchive[]> {
  const { now, dryRun, lockTimeoutMs, signal } = run;
  const before = await listArchives(archiveDir);
  const imagined: PlainArchive[] = [];
  for (const log of logs) {
    await attempt(run, async () => {
      const last = before.findLast((archive) => archive.log === parse(log.file).name);
      const lastRotatedAt = last?.rotatedAt ?? null;
      const outcome = await rotateLog(log, run.due, { now, lastRotatedAt, dryRun, lockTimeoutMs, signal });
      if (!("archive" in outcome)) {
        run.kept.push(outcome);
        return;
      }
      run.rotated.push(outcome);
      const name = parseArchiveName(basename(outcome.archive));
      if (!dryRun || name === null) return;
      const { dev, ino } = await stat(log.file);
      imagined.push({ ...name, path: outcome.archive, stillAt: log.file, bytes: outcome.bytes, dev, ino });
    });
  }
  return dryRun ? [...before, ...imagined] : listArchives(archiveDir);
}

function learnedOf(run: Run, archiveDir: string, logs: readonly Log[]): Sealing["learnedBytes"] {
  const { committed, followed } = run.options;
  return ({ dev, ino, log }) => {
    const taken = committed(dev, ino);
    if (taken !== null) return taken;
    const origins = logs.filter(({ file }) => parse(file).name === log).map(({ given }) => given);
    const candidates = origins.length > 0 ? origins : [join(dirname(archiveDir), `${log}.jsonl`)];
    return candidates.some(followed) ? 0 : Number.POSITIVE_INFINITY;
  };
}

/** Compresses what may be compressed and returns the compressed archives there are afterwards. */
async function sealAll(
  run: Run,
  archives: readonly PlainArchive[],
  learnedBytes: Sealing["learnedBytes"],
): Promise<Archive[]> {
  const { now, dryRun, lockTimeoutMs, signal } = run;
  const compression = run.options.compression ?? "zstd";
  const settledBy = performance.now() + (run.rotated.length > 0 && !dryRun ? settleMs : 0);
  const sealing = { compression, learnedBytes, now, dryRun, lockTimeoutMs, settledBy, signal };
  const whole = archives.filter((archive) => !archive.unfinished);
  const finished = whole.filter((archive) => archive.compression !== null);
  for (const plain of whole.filter((archive) => archive.compression === null)) {
    const beside = finished.find((archive) => archive.plain === plain.name);
    await attempt(run, async () => {
      const outcome = await sealArchive(plain, beside, sealing);
      if ("why" in outcome) run.waiting.push(outcome);
      else if ("duplicate" in outcome) {
        const { duplicate: archive, bytes } = outcome;
        run.removed.push({ archive, bytes, why: "its compressed copy is verified" });
      } else {
        run.compressed.push(outcome);
        finished.push({ ...plain, path: outcome.archive, compression, bytes: outcome.bytesAfter });
      }
    });
  }
  return finished;
}

async function remove(run: Run, archives: readonly { archive: Archive; why: Removed["why"] }[]): Promise<void> {
  for (const { archive, why } of archives) {
    await attempt(run, async () => {
      if (!run.dryRun) await unlink(archive.path);
      run.removed.push({ archive: archive.path, bytes: archive.bytes, why });
    });
  }
}

async function tidyDirectory(run: Run, archiveDir: string, logs: readonly Log[]): Promise<void> {
  const archives = await rotateLogs(run, archiveDir, logs);
  const unfinished = archives.filter((archive) => archive.unfinished);
  await remove(
    run,
    unfinished.map((archive) => ({ archive, why: "left by a run that did not finish" })),
  );
  const finished = await sealAll(run, archives, learnedOf(run, archiveDir, logs));
  const { days = 30, count = null, bytes = null } = run.options.retention ?? {};
  const expired = findExpired(finished, { days, count, bytes }, run.now);
  await remove(run, expired);
  if (run.dryRun || expired.length + unfinished.length === 0) return;
  await syncDirectory(archiveDir);
  await pruneManifest(archiveDir, (archive) => existsSync(join(archiveDir, archive)));
}

/**
 * Rotates the logs that are due, compresses the archives every reader has taken whole, and removes the compressed ones
 * that are too old or too many; plain archives are never removed unread. A crash at any point loses nothing: the next
 * rotation finishes.
 *
 * What goes wrong with one file does not stop the others; the first such failure is thrown when all is done: `timeout`
 * (a log's lock), `full`, `home`, `corrupt`, `usage`. Fails with `held`, having done nothing, while another rotation runs.
 */
export async function rotate(
  options: RotateOptions,
  { signal }: { signal?: AbortSignal | undefined } = {},
): Promise<RotateReport> {
  const { maxBytes = 52_428_800, maxAgeHours = null, at = null, force, dryRun = false, lockTimeoutMs = 5000 } = options;
  const now = options.now?.() ?? new Date();
  if (at !== null) lastTimeOfDay(at, now);
  const due = { maxBytes, maxAgeHours, at, force };
  const report = { rotated: [], kept: [], compressed: [], waiting: [], removed: [] };
  const run: Run = { options, due, now, dryRun, lockTimeoutMs, signal, ...report, failures: [] };
  const groups = await groupLogs(options);
  const locks: number[] = [];
  try {
    for (const [archiveDir, logs] of groups) {
      signal?.throwIfAborted();
      const idle = !existsSync(archiveDir) && !logs.some(({ file }) => existsSync(file));
      if (!dryRun && !idle) locks.push(await holdDirectory(archiveDir));
    }
    for (const [archiveDir, logs] of groups) await attempt(run, () => tidyDirectory(run, archiveDir, logs));
  } finally {
    for (const fd of locks) closeSync(fd);
  }
  if (run.failures.length > 0) throw run.failures[0];
  return { dryRun, ...report };
}
