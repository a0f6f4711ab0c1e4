import { closeSync, constants, fstatSync, openSync } from "node:fs";
import type { Turns } from "../learning/formats/shapes.ts";
import { type LearnedLine, learnLines, learnTooLong } from "../learning/learn.ts";
import type { LearnMemory } from "../learning/learn-memory.ts";
import type { Compression } from "./archive-name.ts";
import { type ContentPrints, openContentPrints } from "./content-prints.ts";
import { type Fingerprint, fingerprint, inodeKey, readAt, relate, shortHash } from "./identity.ts";
import { restOfTaken } from "./lines.ts";
import { openUnpacking, type Unpacking } from "./unpacking.ts";

/** What a compressed file is known by without decompressing it. */
export interface PackedPrint extends Fingerprint {
  readonly bytes: number;
}

/** What a whole content is known by. */
export interface WholeContent {
  readonly bytes: number;
  readonly print: Fingerprint;
  /** A hash of its last bytes, and how many those are: it may end within a line, where the usual few may be alike. */
  readonly end: { readonly bytes: number; readonly hash: string };
}

/** What a compressed generation holds. */
export interface Survey extends WholeContent {
  /** Its fingerprints at the places that were asked for, as far as it reaches. */
  readonly prints: ReadonlyMap<number, Fingerprint>;
  readonly damage: string | null;
}

/** Whether an open plain file begins with all of a content. */
export function holdsAll(fd: number, { bytes, print, end }: WholeContent): boolean {
  if (relate(fd, bytes, print) !== "same") return false;
  return shortHash(readAt(fd, bytes - end.bytes, end.bytes)) === end.hash;
}

/** A look through a compressed generation that is under way. */
export interface Surveying {
  /** Goes on a little; the survey once it is done. */
  step(): Promise<Survey | null>;
  close(): void;
}

/** Lines of a compressed generation, with the bytes that a fingerprint behind any of them is made from. */
export interface PackedRun {
  readonly lines: readonly LearnedLine[];
  readonly read: { readonly at: number; readonly before: Buffer; readonly bytes: Buffer; readonly head: Buffer };
}

/** The lines of a compressed generation, from a place in its content on. */
export interface PackedLines {
  /** The next whole lines; "more" when it must be asked again, null when there are none left. */
  next(turns: Turns): Promise<PackedRun | "more" | null>;
  damage(): string | null;
  close(): void;
}

/** The print of a compressed file as it is on the disk; null when another file has its name now. Fails as opening does. */
export function packedPrint(file: string, inode: string): PackedPrint | null {
  const fd = openSync(file, constants.O_RDONLY | constants.O_NONBLOCK);
  try {
    const stat = fstatSync(fd);
    if (inodeKey(stat) !== inode) return null;
    return { bytes: stat.size, ...fingerprint(fd, stat.size) };
  } finally {
    closeSync(fd);
  }
}

/** Begins to look through a compressed generation, for its size and its fingerprints at some places. */
export function openSurvey(unpacking: Unpacking, places: Iterable<number>): Surveying {
  const offsets = [...new Set(places)].toSorted((a, b) => a - b);
  const prints = new Map<number, Fingerprint>();
  const passed = openContentPrints();
  let reached = 0;
  const add = (chunk: Buffer) => {
    let from = 0;
    for (; reached < offsets.length; reached++) {
      const offset = offsets[reached] ?? 0;
      const upTo = from + offset - passed.bytes();
      if (upTo > chunk.length) break;
      if (upTo > from) passed.add(chunk.subarray(from, upTo));
      from = Math.max(from, upTo);
      prints.set(offset, passed.print());
    }
    if (from < chunk.length) passed.add(chunk.subarray(from));
  };
  return {
    async step() {
      const chunk = await unpacking.next();
      if (chunk !== null) {
        add(chunk);
        return null;
      }
      const tail = passed.tail();
      const end = { bytes: tail.length, hash: shortHash(tail) };
      return { bytes: passed.bytes(), print: passed.print(), prints, end, damage: unpacking.damage() };
    },
    close: () => unpacking.close(),
  };
}

/** Bytes of the content of a compressed file; null when it has not so many. */
export async function readPackedAt(
  { file, inode, compression }: { readonly file: string; readonly inode: string; readonly compression: Compression },
  offset: number,
  bytes: number,
): Promise<Buffer | null> {
  const unpacking = openUnpacking(file, inode, compression);
  if (unpacking === null) return null;
  const parts: Buffer[] = [];
  try {
    let passed = 0;
    for (let chunk = await unpacking.next(); chunk !== null; chunk = await unpacking.next()) {
      parts.push(chunk.subarray(Math.max(0, offset - passed), Math.max(0, offset + bytes - passed)));
      passed += chunk.length;
      if (passed >= offset + bytes) return Buffer.concat(parts);
    }
    return null;
  } finally {
    unpacking.close();
  }
}

/** How lines of a compressed generation are read. */
export interface PackedReading {
  readonly file: string;
  readonly inode: string;
  /** Where to begin in its content. */
  readonly offset: number;
  readonly memory: LearnMemory;
  readonly maxLineBytes: number;
  /** Whether a last line without its end is taken when it is a whole JSON object. */
  readonly unended: boolean;
}

function isWholeObject(bytes: Buffer): boolean {
  if (bytes[0] !== 0x7b) return false;
  try {
    JSON.parse(bytes.toString("utf8"));
    return true;
  } catch {
    return false;
  }
}

/** Opens the lines of a compressed generation; a line that is too long is skipped without being held. */
export function openPackedLines(unpacking: Unpacking, reading: PackedReading): PackedLines {
  return new Lines(reading, unpacking);
}

class Lines implements PackedLines {
  readonly #reading: PackedReading;
  readonly #unpacking: Unpacking;
  readonly #passed: ContentPrints = openContentPrints();
  /** Bytes after the last line that was given: a line whose end has not come yet. */
  #parts: Buffer[] = [];
  #partBytes = 0;
  /** Unpacked and not looked at yet. */
  #fresh: Buffer | null = null;
  #ended = false;

  constructor(reading: PackedReading, unpacking: Unpacking) {
    this.#reading = reading;
    this.#unpacking = unpacking;
  }

  async next(turns: Turns): Promise<PackedRun | "more" | null> {
    if (this.#ended) return null;
    const chunk = this.#fresh ?? (await this.#unpacking.next());
    this.#fresh = null;
    if (chunk === null) return this.#last(turns);
    const skipped = Math.min(chunk.length, Math.max(0, this.#reading.offset - this.#passed.bytes()));
    if (skipped > 0) {
      this.#passed.add(chunk.subarray(0, skipped));
      if (skipped < chunk.length) this.#fresh = chunk.subarray(skipped);
      return "more";
    }
    const { maxLineBytes } = this.#reading;
    const isTooLong = this.#partBytes > maxLineBytes;
    const end = isTooLong ? chunk.indexOf(10) : chunk.lastIndexOf(10);
    if (end < 0) {
      this.#keep(chunk, maxLineBytes);
      return "more";
    }
    if (end + 1 < chunk.length) this.#fresh = chunk.subarray(end + 1);
    return isTooLong
      ? this.#tooLong(chunk.subarray(0, end + 1), turns)
      : this.#whole(chunk.subarray(0, end + 1), turns);
  }

  damage(): string | null {
    return this.#unpacking.damage();
  }

  close(): void {
    this.#unpacking.close();
  }

  // The fingerprints need the bytes of a line that is too long, its memory does not.
  #keep(chunk: Buffer, maxLineBytes: number): void {
    if (this.#partBytes <= maxLineBytes && this.#partBytes + chunk.length > maxLineBytes) {
      for (const part of this.#parts) this.#passed.add(part);
      this.#parts = [];
    }
    this.#partBytes += chunk.length;
    if (this.#partBytes > maxLineBytes) this.#passed.add(chunk);
    else this.#parts.push(chunk);
  }

  #tooLong(end: Buffer, turns: Turns): PackedRun {
    this.#passed.add(end);
    const length = this.#partBytes + end.length;
    const offset = this.#passed.bytes() - length;
    this.#partBytes = 0;
    const bytes = this.#passed.tail();
    const read = { at: offset + length - bytes.length, before: Buffer.alloc(0), bytes, head: this.#passed.head() };
    return { lines: [learnTooLong(offset, length, turns)], read };
  }

  #whole(end: Buffer, turns: Turns): PackedRun {
    const { file, inode, memory } = this.#reading;
    const run = this.#parts.length === 0 ? end : Buffer.concat([...this.#parts, end]);
    this.#parts = [];
    this.#partBytes = 0;
    const at = this.#passed.bytes();
    const before = this.#passed.tail();
    this.#passed.add(run);
    const head = this.#passed.head();
    const restBytes = at === this.#reading.offset && at > 0 && before.at(-1) !== 10 ? restOfTaken(run) : 0;
    const { lines } = memory.learn(run.subarray(restBytes), at + restBytes, { file, inode }, turns);
    const rest =
      restBytes === 0 ? [] : [{ offset: at, bytes: restBytes, outcomes: [], dialect: "", turns, task: null }];
    return { lines: [...rest, ...lines], read: { at, before, bytes: run, head } };
  }

  #last(turns: Turns): PackedRun | null {
    this.#ended = true;
    const { file, inode, maxLineBytes, unended } = this.#reading;
    const bytes = Buffer.concat(this.#parts);
    if (!unended || bytes.length === 0 || this.damage() !== null || !isWholeObject(bytes)) return null;
    const at = this.#passed.bytes();
    const before = this.#passed.tail();
    this.#passed.add(bytes);
    const lines = learnLines(bytes, at, { file, inode }, turns, maxLineBytes);
    const whole = lines.map((line) => ({ ...line, bytes: bytes.length }));
    return { lines: whole, read: { at, before, bytes, head: this.#passed.head() } };
  }
}
