import { randomBytes } from "node:crypto";
import { existsSync } from "node:fs";
import { link, rm, stat, utimes } from "node:fs/promises";
import { basename, dirname, join, resolve } from "node:path";
import { diskFailure, syncDirectory } from "../disk.ts";
import { errnoOf, Failure, messageOf } from "../errors.ts";
import { type Archive, type Compression, listArchives, parseArchiveName } from "./archive-name.ts";
import { type Content, decompressTo, differenceOf, isBadData, readArchiveContent, type Waiting } from "./compress.ts";
import { type ManifestEntry, readManifest } from "./manifest.ts";

/** What an archive was checked against: its manifest entry, or only its own checksums. */
export type Proof = "manifest" | "decompression";

/** One archive, read through. */
export type ArchiveCheck =
  | {
      readonly archive: string;
      readonly ok: true;
      readonly proof: Proof;
      readonly bytes: number;
      readonly lines: number;
    }
  | { readonly archive: string; readonly ok: false; readonly problem: string };

/** A log that was brought back. */
export interface Restored extends Content {
  readonly target: string;
  readonly proof: Proof;
}

function explain(content: Content, entry: ManifestEntry | undefined, file: string): string | null {
  const difference = entry === undefined ? null : differenceOf(content, entry);
  return difference === null ? null : `${file} decompresses, but ${difference}`;
}

async function checkArchive(
  archive: Archive,
  compression: Compression,
  entry: ManifestEntry | undefined,
  { signal }: Waiting,
): Promise<ArchiveCheck> {
  const { path } = archive;
  try {
    const content = await readArchiveContent(path, compression, { signal });
    const problem = explain(content, entry, archive.name);
    if (problem !== null) return { archive: path, ok: false, problem };
    const proof = entry === undefined ? "decompression" : "manifest";
    return { archive: path, ok: true, proof, bytes: content.bytes, lines: content.lines };
  } catch (error) {
    if (isBadData(error))
      return { archive: path, ok: false, problem: `${archive.name} is corrupt: ${messageOf(error)}` };
    throw diskFailure(error, `The archive ${path} was not checked`, path);
  }
}

/**
 * Reads every compressed archive of a directory through, oldest first, and compares bytes, lines and SHA-256 with the
 * manifest; one the manifest does not know is checked by its own checksums only. A bad archive is an answer, not an
 * error. Fails with `source` when the directory is missing.
 */
export async function verifyArchives(archiveDir: string, { signal }: Waiting = {}): Promise<ArchiveCheck[]> {
  if (!existsSync(archiveDir)) {
    throw new Failure("source", {
      what: "No archive was checked",
      why: `there is no directory ${archiveDir}`,
      hint: "Type: aistack rotate --dry-run",
    });
  }
  const entries = await readManifest(archiveDir);
  const checks: ArchiveCheck[] = [];
  for (const archive of await listArchives(archiveDir)) {
    signal?.throwIfAborted();
    if (archive.compression === null || archive.unfinished) continue;
    checks.push(await checkArchive(archive, archive.compression, entries.get(archive.name), { signal }));
  }
  return checks;
}

function parseRestorable(archive: string): Compression {
  const name = parseArchiveName(basename(archive));
  if (name !== null && name.compression !== null && !name.unfinished) return name.compression;
  throw new Failure("usage", {
    what: `${archive} was not restored`,
    why: name?.compression === null ? "it is not compressed" : "its name is not that of an archive made by rotation",
    hint: name?.compression === null ? `Type: cp ${archive} <target>` : "Type: aistack rotate verify",
  });
}

function refuseTarget(archive: string, target: string, cause?: unknown): Failure {
  return new Failure("usage", {
    what: `${archive} was not restored`,
    why: `${target} exists already`,
    hint: "Give a target that does not exist",
    cause,
  });
}

function explainRestore(error: unknown, archive: string, target: string): Error {
  if (errnoOf(error) === "EEXIST") return refuseTarget(archive, target, error);
  if (errnoOf(error) === "ENOENT" && !existsSync(archive)) {
    return new Failure("source", {
      what: `${archive} was not restored`,
      why: "there is no such file",
      hint: "Type: aistack rotate verify",
      cause: error,
    });
  }
  if (!isBadData(error)) return diskFailure(error, `${archive} was not restored`, target);
  return new Failure("corrupt", {
    what: `${archive} was not restored`,
    why: `it is corrupt: ${messageOf(error)}`,
    hint: "Take the archive from a backup",
    cause: error,
  });
}

/**
 * Decompresses an archive into a file that does not exist yet, compares it with the manifest beside the archive, and
 * returns once it is on the disk; the archive's modification time is taken over.
 * Fails with `usage` (target exists, not an archive), `source` (no such archive), `corrupt`, `full` or `home`; then
 * there is no target.
 */
export async function restoreArchive(archive: string, target: string, { signal }: Waiting = {}): Promise<Restored> {
  const compression = parseRestorable(archive);
  if (existsSync(target)) throw refuseTarget(archive, target);
  const directory = dirname(resolve(target));
  const temporary = join(directory, `.${basename(target)}.${randomBytes(6).toString("hex")}.tmp`);
  try {
    const entry = (await readManifest(dirname(archive))).get(basename(archive));
    const content = await decompressTo(archive, compression, temporary, { signal });
    const problem = explain(content, entry, archive);
    if (problem !== null) {
      throw new Failure("corrupt", {
        what: `${archive} was not restored`,
        why: problem,
        hint: "Take the archive from a backup",
      });
    }
    const { atime, mtime } = await stat(archive);
    await utimes(temporary, atime, mtime);
    // A link, unlike a rename, never replaces a file that appeared meanwhile.
    await link(temporary, target);
    await rm(temporary);
    await syncDirectory(directory);
    return { target, proof: entry === undefined ? "decompression" : "manifest", ...content };
  } catch (error) {
    throw explainRestore(error, archive, target);
  } finally {
    await rm(temporary, { force: true });
  }
}
