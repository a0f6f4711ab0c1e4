import { closeSync, openSync } from "node:fs";
import { basename } from "node:path";
import { messageOf } from "../engine/errors.ts";
import { missingIn } from "../engine/learning/formats/missing.ts";
import { reasonSentence, reasonSentences } from "../engine/learning/formats/reasons.ts";
import { readRefusals } from "../engine/refusals.ts";
import type { ListedBadLine } from "../engine/stores/listed.ts";
import { parseGeneration } from "../engine/telemetry/generation.ts";
import { readAt } from "../engine/telemetry/identity.ts";
import { findInode } from "../engine/telemetry/lost.ts";
import { readPackedAt } from "../engine/telemetry/packed-generation.ts";
import type { Plain } from "./action.ts";
import type { Stack } from "./stack.ts";

/** The bytes of a line where it stands now, whatever its file is called by now; null where they are gone. */
export async function readLine({
  file,
  inode,
  offset,
  bytes,
}: Omit<ListedBadLine, "reason" | "foundAt">): Promise<Buffer | null> {
  const packing = parseGeneration(basename(file))?.packing;
  if (packing === "gzip" || packing === "zstd") {
    const packed = findInode(file, inode, { packed: true });
    return packed === null ? null : readPackedAt({ file: packed.file, inode, compression: packing }, offset, bytes);
  }
  const where = findInode(file, inode);
  if (where === null || where.size < offset + bytes) return null;
  const fd = openSync(where.file, "r");
  try {
    return readAt(fd, offset, bytes);
  } finally {
    closeSync(fd);
  }
}

// What is missing is read from the line itself, as long as that is there.
async function why(bad: ListedBadLine): Promise<string> {
  const sentence = reasonSentence(bad.reason);
  if (!bad.reason.startsWith("malformed_") || bad.reason === "malformed_json") return sentence;
  try {
    const line = await readLine(bad);
    if (line === null) return `${sentence} The line is gone.`;
    const missing = missingIn(line.toString("utf8"), bad.reason);
    return missing === "" ? sentence : `${sentence.replace(/\.$/, "")}: ${missing}.`;
  } catch (error) {
    return `${sentence} The line was not read again: ${messageOf(error)}.`;
  }
}

/** The bad lines and refused lessons, newest first, with what each lacks; at most so many of both. */
export async function listRejected(stack: Stack, limit: number): Promise<Plain> {
  const refused = limit > 0 ? readRefusals(stack.config.home).slice(-limit).reverse() : [];
  const store = await stack.seen();
  const badLines = (await store?.badLines(limit)) ?? [];
  const counts: Record<string, number> = {};
  for (const { reason } of badLines) counts[reason] = (counts[reason] ?? 0) + 1;
  for (const { sink } of refused) counts[`refused_by_${sink}`] = (counts[`refused_by_${sink}`] ?? 0) + 1;
  const explained = await Promise.all(badLines.map(async (one) => ({ ...one, why: await why(one) })));
  return { badLines: explained, refused, reasons: reasonSentences(counts) };
}
