import { open, readFile } from "node:fs/promises";
import { join } from "node:path";
import { appendDurably, diskFailure, writeWhole } from "../disk.ts";
import { errnoOf } from "../errors.ts";
import type { Content } from "./compress.ts";

/** What is known about one archive since the moment it was made; one line of `manifest.jsonl`. */
export interface ManifestEntry extends Content {
  /** Name of the compressed file in the same directory. */
  readonly archive: string;
  readonly compressedBytes: number;
  /** The `timestamp` of the first and the last line, where they have one. */
  readonly firstAt: string | null;
  readonly lastAt: string | null;
}

const edgeBytes = 64 * 1024;

function placeManifest(directory: string): string {
  return join(directory, "manifest.jsonl");
}

function parseEntry(line: string): ManifestEntry | null {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    return null;
  }
  if (typeof value !== "object" || value === null) return null;
  if (!("archive" in value) || typeof value.archive !== "string") return null;
  if (!("bytes" in value) || typeof value.bytes !== "number") return null;
  if (!("lines" in value) || typeof value.lines !== "number") return null;
  if (!("sha256" in value) || typeof value.sha256 !== "string") return null;
  if (!("compressedBytes" in value) || typeof value.compressedBytes !== "number") return null;
  const { archive, bytes, lines, sha256, compressedBytes } = value;
  const firstAt = "firstAt" in value && typeof value.firstAt === "string" ? value.firstAt : null;
  const lastAt = "lastAt" in value && typeof value.lastAt === "string" ? value.lastAt : null;
  return { archive, bytes, lines, sha256, compressedBytes, firstAt, lastAt };
}

/** The entries of an archive directory by archive name; the last of a name counts, torn lines and a missing file do not. */
export async function readManifest(directory: string): Promise<Map<string, ManifestEntry>> {
  const file = placeManifest(directory);
  const text = await readFile(file, "utf8").catch((error: unknown) => {
    if (errnoOf(error) === "ENOENT") return "";
    throw diskFailure(error, `The archives' manifest ${file} was not read`, file);
  });
  const entries = new Map<string, ManifestEntry>();
  for (const line of text.split("\n")) {
    const entry = parseEntry(line);
    if (entry !== null) entries.set(entry.archive, entry);
  }
  return entries;
}

/** Adds one entry, on the disk when this returns. Fails with `full` or `home`; then the manifest is as before. */
export async function addToManifest(directory: string, entry: ManifestEntry): Promise<void> {
  const file = placeManifest(directory);
  try {
    const handle = await open(file, "a+", 0o600);
    try {
      const { size } = await handle.stat();
      const last = Buffer.alloc(1);
      const torn = size > 0 && (await handle.read(last, 0, 1, size - 1)).bytesRead === 1 && last[0] !== 10;
      await appendDurably(handle.fd, file, `${torn ? "\n" : ""}${JSON.stringify(entry)}\n`);
    } finally {
      await handle.close();
    }
  } catch (error) {
    throw diskFailure(error, `The archives' manifest ${file} was not written`, file);
  }
}

/** Drops the entries whose archives are gone, so that the manifest stays as small as the directory. */
export async function pruneManifest(directory: string, exists: (archive: string) => boolean): Promise<void> {
  const entries = await readManifest(directory);
  const kept = [...entries.values()].filter((entry) => exists(entry.archive));
  if (kept.length === entries.size) return;
  await writeWhole(placeManifest(directory), kept.map((entry) => `${JSON.stringify(entry)}\n`).join(""));
}

function timestampOf(line: string | undefined): string | null {
  try {
    const value: unknown = JSON.parse(line ?? "");
    if (typeof value !== "object" || value === null || !("timestamp" in value)) return null;
    return typeof value.timestamp === "string" ? value.timestamp : null;
  } catch {
    return null;
  }
}

/** The `timestamp` of a log's first and last line, looked for in its first and last 64 KiB. */
export async function readEdges(file: string): Promise<{ firstAt: string | null; lastAt: string | null }> {
  const handle = await open(file, "r");
  try {
    const { size } = await handle.stat();
    const bytes = Buffer.alloc(Math.min(edgeBytes, size));
    const readAt = async (offset: number) => {
      const { bytesRead } = await handle.read(bytes, 0, bytes.length, offset);
      return bytes.toString("utf8", 0, bytesRead).trimEnd().split("\n");
    };
    const first = await readAt(0);
    const last = await readAt(size - bytes.length);
    return { firstAt: timestampOf(first[0]), lastAt: timestampOf(last.at(-1)) };
  } finally {
    await handle.close();
  }
}
