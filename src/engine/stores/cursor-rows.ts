import type { Emit } from "../events.ts";
import { type Cursor, parseCursor } from "../telemetry/cursor.ts";

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
