import type { Emit } from "../events.ts";
import { type Cursor, checksumOf } from "../telemetry/cursor.ts";
import { cursorsIn } from "./cursor-rows.ts";
import type { Embedded } from "./sqlite.ts";

/** The cursors of one sink; a damaged one is named and its previous copy used, else its file is read again. */
export function loadCursors(store: Embedded, sink: string, emit: Emit): Cursor[] {
  const rows = store.all(
    "SELECT inode, body, checksum, previous_body, previous_checksum FROM cursors WHERE sink = ?",
    sink,
  );
  return cursorsIn(rows, sink, emit);
}

/** Saves cursors of a sink; only inside a commit, so they are durable together with what they stand for. */
export function saveCursors(store: Embedded, sink: string, cursors: readonly Cursor[]): void {
  const now = new Date().toISOString();
  for (const cursor of cursors) {
    const body = JSON.stringify(cursor);
    store.run(
      `INSERT INTO cursors (sink, inode, body, checksum, saved_at) VALUES (?1, ?2, ?3, ?4, ?5)
       ON CONFLICT (sink, inode) DO UPDATE SET previous_body = body, previous_checksum = checksum,
       body = excluded.body, checksum = excluded.checksum, saved_at = excluded.saved_at`,
      sink,
      cursor.inode,
      body,
      checksumOf(body),
      now,
    );
  }
}
