import { closeSync, openSync } from "node:fs";
import { rename, rm, stat, unlink } from "node:fs/promises";
import { dirname } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { diskFailure, syncDirectory } from "../disk.ts";
import { Failure } from "../errors.ts";
import { type Archive, type Compression, endings } from "./archive-name.ts";
import {
  compressVerified,
  differenceOf,
  isBadData,
  measureCompressed,
  readArchiveContent,
  readContent,
  type Waiting,
} from "./compress.ts";
import { lockFile, openForWriting, unlock } from "./flock.ts";
import { addToManifest, readEdges } from "./manifest.ts";

// States of an archive: plain → (temporary beside plain) → (verified beside plain) → verified.
// Only the rotator moves it; a crash leaves plain or verified, or both, and the next run finishes.

/** A plain archive to seal. */
export interface PlainArchive extends Archive {
  /** In a dry run: the log that would become this archive, and still has its bytes. */
  readonly stillAt?: string | undefined;
}

/** A plain archive that was compressed, verified and removed. */
export interface Sealed {
  readonly archive: string;
  readonly from: string;
  readonly bytesBefore: number;
  readonly bytesAfter: number;
}

/** A plain archive that stays plain for now. */
export interface Pending {
  readonly archive: string;
  readonly bytes: number;
  /** Bytes some reader has not safely taken yet. */
  readonly unlearnedBytes: number;
  readonly why: string;
}

/** A plain archive whose verified compressed copy was already there. */
export interface Redundant {
  readonly duplicate: string;
  readonly bytes: number;
}

/** The circumstances of sealing. */
export interface Sealing {
  readonly compression: Compression;
  /** Bytes of a plain archive that every reader has safely taken. */
  readonly learnedBytes: (archive: Archive) => number;
  readonly now: Date;
  readonly dryRun: boolean;
  readonly lockTimeoutMs: number;
  /** Until when (as `performance.now()`) to wait for writers of a fresh archive to notice and let go. */
  readonly settledBy: number;
  readonly signal?: AbortSignal | undefined;
}

const askAgainMs = 20;
const graceMs = 60_000;

/** Who may still write to a plain archive, as a clause; null when it is certain that nobody can. */
async function findWriter(plain: Archive, sealing: Sealing): Promise<string | null> {
  const fd = openSync(plain.path, "r");
  try {
    if (!sealing.dryRun) {
      await lockFile(fd, plain.path, { timeoutMs: sealing.lockTimeoutMs, signal: sealing.signal });
      unlock(fd);
    }
    for (;;) {
      const answer = openForWriting(fd);
      if (answer === "no") return null;
      if (answer === "unknown") {
        const quietMs = Math.abs(sealing.now.getTime() - plain.rotatedAt.getTime());
        return quietMs < graceMs ? "it was rotated less than a minute ago" : null;
      }
      if (performance.now() >= sealing.settledBy) return "a process still has it open for writing";
      await pause(askAgainMs, undefined, { signal: sealing.signal });
    }
  } catch (error) {
    if (error instanceof Failure && error.code === "timeout") return error.why;
    throw error;
  } finally {
    closeSync(fd);
  }
}

/** How a plain archive differs from the finished one beside it, as a clause; null when it does not. */
async function compareWith(finished: Archive, plain: Archive, { signal }: Waiting): Promise<string | null> {
  if (finished.compression === null) return null;
  const expected = await readContent(plain.path, { signal });
  try {
    const copy = await readArchiveContent(finished.path, finished.compression, { signal });
    return differenceOf(copy, expected);
  } catch (error) {
    if (isBadData(error)) return "it is corrupt";
    throw error;
  }
}

async function removePlain(plain: Archive): Promise<void> {
  await unlink(plain.path);
  await syncDirectory(dirname(plain.path));
}

async function compress(plain: Archive, sealing: Sealing): Promise<Sealed | Pending> {
  const { compression, signal } = sealing;
  const ending = endings[compression];
  const target = plain.path + ending;
  const temporary = `${target}.tmp`;
  try {
    const { compressedBytes, ...content } = await compressVerified(plain.path, temporary, compression, { signal });
    const bytes = (await stat(plain.path)).size;
    if (bytes !== content.bytes) {
      await rm(temporary, { force: true });
      return { archive: plain.path, bytes, unlearnedBytes: bytes - content.bytes, why: "it grew meanwhile" };
    }
    const directory = dirname(plain.path);
    const edges = await readEdges(plain.path);
    await addToManifest(directory, { archive: plain.name + ending, compressedBytes, ...content, ...edges });
    await rename(temporary, target);
    await syncDirectory(directory);
    await removePlain(plain);
    return { archive: target, from: plain.path, bytesBefore: bytes, bytesAfter: compressedBytes };
  } catch (error) {
    await rm(temporary, { force: true });
    throw diskFailure(error, `The log ${plain.path} was not compressed`, target);
  }
}

/**
 * Compresses one plain archive if every reader has taken all of it and no writer can add to it any more; the plain file
 * goes only after the compressed one was read back, verified, noted in the manifest and is on the disk.
 * `finished` is a compressed archive of the same name, left by a run that ended before it removed the plain one.
 * Fails with `full`, `home` or `corrupt`; then the plain file is untouched and no temporary one is left.
 */
export async function sealArchive(
  plain: PlainArchive,
  finished: Archive | undefined,
  sealing: Sealing,
): Promise<Sealed | Pending | Redundant> {
  const { dryRun, compression, signal } = sealing;
  const pending = (bytes: number, why: string): Pending => {
    const unlearnedBytes = Math.max(0, bytes - sealing.learnedBytes(plain));
    return { archive: plain.path, bytes, unlearnedBytes, why };
  };
  if (sealing.learnedBytes(plain) < plain.bytes) return pending(plain.bytes, "not all of it is learned yet");
  const writer = plain.stillAt === undefined ? await findWriter(plain, sealing) : null;
  const source = plain.stillAt ?? plain.path;
  const bytes = plain.stillAt === undefined ? (await stat(source)).size : plain.bytes;
  if (writer !== null) return pending(bytes, writer);
  if (sealing.learnedBytes(plain) < bytes) return pending(bytes, "not all of it is learned yet");
  if (finished !== undefined) {
    const difference = await compareWith(finished, plain, { signal });
    if (difference !== null) return pending(bytes, `${finished.name} is beside it, and ${difference}`);
    if (!dryRun) await removePlain(plain);
    return { duplicate: plain.path, bytes };
  }
  if (!dryRun) return compress(plain, sealing);
  const bytesAfter = await measureCompressed(source, compression, { signal });
  return { archive: plain.path + endings[compression], from: plain.path, bytesBefore: bytes, bytesAfter };
}
