import type { Emit } from "../events.ts";
import { type Cursor, parseCursor } from "../telemetry/cursor.ts";
import type { SavedPlace } from "./listed.ts";

/** A row of a store, by column. */
export type Row = Record<string, unknown>;

/** The cursors in rows of a store; a damaged one is named and its previous copy used, else its file is read again. */
export function cursorsIn(rows: readonly Row[], sink: string, emit: Emit): Cursor[] {
  return rows.flatMap((row) => {
    const { cursor, used } = parseCursor({
      body: String(row.body),
      checksum: String(row.checksum),
      previousBody: String(row.previous_body),
      previousChecksum: String(row.previous_checksum),
    });
    if (used !== "newest") {
      const file = cursor?.file ?? `inode ${row.inode}`;
      emit({ type: "cursor.corrupt", sink, file, used: cursor ? "previous copy" : "start of file" });
    }
    return cursor ? [cursor] : [];
  });
}

/** Where a sink stands, by the newest saved copy of its cursor; checked elsewhere when it matters. */
export function placeIn(row: Row): SavedPlace {
  let body: unknown = null;
  try {
    body = JSON.parse(String(row.body));
  } catch {
    // A damaged copy says nothing; the learner uses the one before it.
  }
  const field = (name: string) =>
    (typeof body === "object" && body !== null ? Object.entries(body) : []).find(([key]) => key === name)?.[1];
  return {
    sink: String(row.sink),
    savedAt: String(row.saved_at),
    inode: String(field("inode")),
    file: String(field("file")),
    offset: Number(field("offset")),
  };
}
