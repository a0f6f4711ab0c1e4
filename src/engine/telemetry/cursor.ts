import { hash } from "node:crypto";
import { cleanText } from "../learning/clean.ts";
import type { Turns } from "../learning/formats/shapes.ts";
import { keptUnits, maxPromptChars } from "../learning/lesson.ts";
import type { Fingerprint } from "./identity.ts";
import { cursorShape, type FormerCursor, formerCursorShape } from "./shapes.ts";

/** The version of a saved cursor. One of version 1 is carried over, a later one is not read. */
export const cursorVersion = 2;

/** How far one sink has safely taken one file, and what that part looked like; also called a checkpoint. */
export interface Cursor {
  readonly version: number;
  /** `device:inode` of the file. */
  readonly inode: string;
  /** The name it was last seen under. */
  readonly file: string;
  /** Bytes taken; always the end of a whole line. */
  readonly offset: number;
  readonly print: Fingerprint;
  /** The conversations open at that place, their words redacted. */
  readonly turns: Turns;
  /** For a compressed file, whose offset and fingerprint are those of its content: what the file itself looks like. */
  readonly packed?: PackedPlace | undefined;
}

/** What a compressed file is known by without decompressing it, and whether all that it holds was taken. */
export interface PackedPlace extends Fingerprint {
  readonly bytes: number;
  readonly finished: boolean;
}

/** How far some content was taken, wherever that content is now. */
export type Place = Pick<Cursor, "inode" | "file" | "offset" | "print" | "turns">;

/** A cursor as a store keeps it: the text, its checksum, and both of the copy before it. */
export interface SavedCursor {
  readonly body: string;
  readonly checksum: string;
  readonly previousBody: string;
  readonly previousChecksum: string;
}

/** The checksum of a cursor's text: SHA-256, 64 hex digits. */
export function checksumOf(body: string): string {
  return hash("sha256", body, "hex");
}

// The words of a turn were kept as they were typed; where in the file they stand was not.
function carriedOver({ turn, ...cursor }: FormerCursor): Cursor {
  if (turn === null) return { ...cursor, version: cursorVersion, turns: [] };
  const open: Turns[number] = {
    ...turn,
    prompt: cleanText(turn.prompt, maxPromptChars),
    response: cleanText(turn.response, keptUnits),
    answeredAt: "",
    stop: "",
    error: "",
    asked: true,
    tokensOut: null,
    from: cursor.offset,
    to: cursor.offset,
    corrects: null,
    taught: "",
    settled: false,
  };
  return { ...cursor, version: cursorVersion, turns: [open] };
}

function parseBody(body: string, checksum: string): Cursor | null {
  if (body === "" || checksumOf(body) !== checksum) return null;
  try {
    const saved: unknown = JSON.parse(body);
    const parsed = cursorShape.safeParse(saved);
    if (parsed.success) return parsed.data;
    const former = formerCursorShape.safeParse(saved);
    return former.success ? carriedOver(former.data) : null;
  } catch {
    return null;
  }
}

/** A saved cursor, or its previous copy when the newest is damaged, or nothing when both are. */
export function parseCursor(saved: SavedCursor): { cursor: Cursor | null; used: "newest" | "previous" | "none" } {
  const newest = parseBody(saved.body, saved.checksum);
  if (newest) return { cursor: newest, used: "newest" };
  const previous = parseBody(saved.previousBody, saved.previousChecksum);
  return previous ? { cursor: previous, used: "previous" } : { cursor: null, used: "none" };
}
