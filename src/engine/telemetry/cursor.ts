import { hash } from "node:crypto";
import type { Turn } from "../learning/formats/shapes.ts";
import type { Fingerprint } from "./identity.ts";
import { cursorShape } from "./shapes.ts";

/** The version of a saved cursor; another one is not read. */
export const cursorVersion = 1;

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
  /** The conversation open at that place. */
  readonly turn: Turn | null;
  /** For a compressed file, whose offset and fingerprint are those of its content: what the file itself looks like. */
  readonly packed?: PackedPlace | undefined;
}

/** What a compressed file is known by without decompressing it, and whether all that it holds was taken. */
export interface PackedPlace extends Fingerprint {
  readonly bytes: number;
  readonly finished: boolean;
}

/** How far some content was taken, wherever that content is now. */
export type Place = Pick<Cursor, "inode" | "file" | "offset" | "print" | "turn">;

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

function parseBody(body: string, checksum: string): Cursor | null {
  if (body === "" || checksumOf(body) !== checksum) return null;
  try {
    const parsed = cursorShape.safeParse(JSON.parse(body));
    return parsed.success ? parsed.data : null;
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
