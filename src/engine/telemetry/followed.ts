import { fstatSync } from "node:fs";
import { noTurns } from "../learning/formats/dialect.ts";
import type { Turns } from "../learning/formats/shapes.ts";
import { type LearnedLine, learnLines, learnTooLong } from "../learning/learn.ts";
import type { LearnMemory } from "../learning/learn-memory.ts";
import { type Cursor, cursorVersion, type PackedPlace } from "./cursor.ts";
import type { Descriptors } from "./descriptors.ts";
import {
  type Fingerprint,
  fingerprint,
  fingerprintOf,
  headBytesMax,
  inodeKey,
  type Relation,
  readAt,
  relate,
  shortHash,
  tailBytesMax,
} from "./identity.ts";
import { readChunk, readUnended, type Scan } from "./lines.ts";
import { addRecent } from "./recent.ts";

const noBytes = Buffer.alloc(0);
const nothing: Fingerprint = { headBytes: 0, headHash: "", tailHash: "" };

/** Bytes that were read, from an offset on, with those just before them and the first of the file. */
interface Run {
  readonly at: number;
  readonly before: Buffer;
  readonly bytes: Buffer;
  readonly head: Buffer;
}

// The last bytes of a run up to an offset, as many as a fingerprint needs.
function tailOf({ at, before, bytes }: Run, offset: number): Buffer {
  const length = offset - at;
  const from = length - tailBytesMax;
  if (from >= 0) return bytes.subarray(from, length);
  const missing = before.subarray(Math.max(0, before.length + from));
  return Buffer.concat([missing, bytes.subarray(0, length)]);
}

/**
 * One file as one sink follows it. States: closed (no descriptor, only a place), open (descriptor and place),
 * gone (no name leads to it any more, but the descriptor still reads what is left). Only the follower changes them.
 */
export interface Followed {
  readonly inode: string;
  file: string;
  rotatedFrom: string | null;
  fd: number | null;
  size: number;
  offset: number;
  print: Fingerprint;
  /** The conversations open at that place. */
  turns: Turns;
  /** Lines already learned and not yet handed out. */
  ready: readonly LearnedLine[];
  readyAt: number;
  seen: boolean;
  readonly scan: Scan;
  /** The bytes that the ready lines were read from: the file may be another one by the time they are handed out. */
  read: Run | null;
  /** The file's time of change when its unchanged size was last checked for unchanged content. */
  checkedMtimeMs: number;
  /** When a line of it was last taken (monotonic). */
  movedAt: number;
  /** The last bytes handed out, while it is in use, and when it was changed last. */
  recent: Buffer;
  changedAtMs: number;
  /** Its place was found, not read, so no batch has saved it yet. */
  adopted: boolean;
  /** For a compressed file: its lines are made ready elsewhere, and no descriptor of it is kept here. */
  packed: PackedPlace | null;
}

/** A file at its beginning, or where a cursor left it. */
export function followedFrom(inode: string, file: string, rotatedFrom: string | null, cursor?: Cursor): Followed {
  return {
    inode,
    file,
    rotatedFrom,
    fd: null,
    size: 0,
    offset: cursor?.offset ?? 0,
    print: cursor?.print ?? nothing,
    turns: cursor?.turns ?? noTurns,
    ready: [],
    readyAt: 0,
    seen: true,
    scan: { scannedTo: 0 },
    read: null,
    checkedMtimeMs: -1,
    movedAt: performance.now(),
    recent: noBytes,
    changedAtMs: 0,
    adopted: false,
    packed: null,
  };
}

/** The cursor of everything handed out so far. */
export function cursorOf(followed: Followed): Cursor {
  return {
    version: cursorVersion,
    inode: followed.inode,
    file: followed.file,
    offset: followed.offset,
    print: followed.print,
    turns: followed.turns,
    ...(followed.packed === null ? {} : { packed: followed.packed }),
  };
}

/** Starts a file again from its first byte, because what was committed of it is no longer there. */
export function restart(followed: Followed): void {
  Object.assign(followed, {
    offset: 0,
    print: nothing,
    turns: noTurns,
    ready: [],
    readyAt: 0,
    read: null,
    recent: noBytes,
  });
  followed.scan.scannedTo = 0;
}

/** Opens the file if need be; says how it relates to its cursor, or that it is no longer the same file. */
export function openFollowed(followed: Followed, descriptors: Descriptors): Relation | "replaced" {
  if (followed.packed !== null) return "same";
  const wasOpen = followed.fd !== null;
  const fd = descriptors.open(followed);
  if (wasOpen) return "same";
  if (inodeKey(fstatSync(fd)) !== followed.inode) {
    descriptors.close(followed);
    return "replaced";
  }
  return relate(fd, followed.offset, followed.print);
}

/** How lines are read. */
export interface Reading {
  readonly memory: LearnMemory;
  readonly maxLineBytes: number;
  /** Whether a last line without its end is taken when it is a whole JSON object. */
  readonly unended: boolean;
}

/** Makes sure that lines are ready if the file has any; says so, or that there is nothing yet, or that it changed. */
export function fill(followed: Followed, { memory, maxLineBytes, unended }: Reading): "ready" | "wait" | "broken" {
  if (followed.readyAt < followed.ready.length) return "ready";
  const { fd, offset, turns, file, inode, print } = followed;
  if (fd === null) return "wait";
  followed.read = null;
  const head = readAt(fd, 0, headBytesMax);
  if (print.headBytes > 0 && shortHash(head.subarray(0, print.headBytes)) !== print.headHash) return "broken";
  const chunk = readChunk(fd, offset, print.tailHash, maxLineBytes, followed.scan);
  if (chunk.kind === "broken") return "broken";
  if (chunk.kind === "wait") {
    const last = unended ? readUnended(fd, offset, maxLineBytes) : null;
    if (last === null) return "wait";
    followed.ready = learnLines(last, offset, { file, inode }, turns, maxLineBytes, memory.aliases).map((line) => ({
      ...line,
      bytes: last.length,
    }));
  } else if (chunk.kind === "too_long") {
    followed.ready = [learnTooLong(offset, chunk.length, turns)];
  } else if (chunk.restBytes > 0) {
    const { restBytes } = chunk;
    const rest = { offset, bytes: restBytes, outcomes: [], dialect: "", turns, task: null };
    const { lines } = memory.learn(chunk.bytes.subarray(restBytes), offset + restBytes, { file, inode }, turns);
    followed.ready = [rest, ...lines];
    followed.read = { at: offset, before: Buffer.from(chunk.before), bytes: Buffer.from(chunk.bytes), head };
  } else {
    const { lines, bytes } = memory.learn(chunk.bytes, offset, { file, inode }, turns);
    followed.ready = lines;
    followed.read = { at: offset, before: Buffer.from(chunk.before), bytes, head };
  }
  followed.readyAt = 0;
  return "ready";
}

/**
 * Forgets lines that wait to be handed out when the file no longer has them, or was closed so that nobody can tell: a
 * copy of it may have them, and gives them then.
 */
export function forgetStale(followed: Followed): void {
  const { fd, read, ready, readyAt } = followed;
  if (readyAt >= ready.length) return;
  if (fd !== null) {
    if (!read) return;
    const end = read.at + read.bytes.length;
    const tail = tailOf(read, end);
    if (readAt(fd, end - tail.length, tail.length).equals(tail)) return;
  }
  release(followed);
}

/** Lets go of lines that are handed out and of the bytes they were read from: there may be ten thousand files. */
export function release(followed: Followed): void {
  Object.assign(followed, { ready: [], readyAt: 0, read: null });
}

/** Moves the place behind the last line handed out, with the fingerprint of the file up to there. */
export function advance(followed: Followed, line: LearnedLine): void {
  if (followed.fd === null && followed.packed === null) return;
  const from = followed.offset;
  followed.offset = line.offset + line.bytes;
  followed.turns = line.turns;
  followed.movedAt = performance.now();
  const { fd, offset, print, read } = followed;
  const more = read ? read.bytes.subarray(Math.max(0, from - read.at), offset - read.at) : noBytes;
  followed.recent = read ? addRecent(followed.recent, more, followed.changedAtMs) : noBytes;
  if (read) followed.print = fingerprintOf(read.head, tailOf(read, offset), offset, print);
  else if (fd !== null) followed.print = fingerprint(fd, offset, print);
}
