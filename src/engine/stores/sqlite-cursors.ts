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

// What is saved now becomes the previous copy only if it is whole; the first copy of a cursor is its own previous one.
function previousOf(store: Embedded, sink: string, inode: string): { body: string; checksum: string } | null {
  const row = store.get(
    "SELECT body, checksum, previous_body, previous_checksum FROM cursors WHERE sink = ? AND inode = ?",
    sink,
    inode,
  );
  if (!row) return null;
  const [body, checksum] = [String(row.body), String(row.checksum)];
  if (checksumOf(body) === checksum) return { body, checksum };
  return { body: String(row.previous_body), checksum: String(row.previous_checksum) };
}

/** Saves cursors of a sink; only inside a commit, so they are durable together with what they stand for. */
export function saveCursors(store: Embedded, sink: string, cursors: readonly Cursor[]): void {
  const now = new Date().toISOString();
  for (const cursor of cursors) {
    const body = JSON.stringify(cursor);
    const checksum = checksumOf(body);
    const previous = previousOf(store, sink, cursor.inode) ?? { body, checksum };
    store.run(
      `INSERT INTO cursors (sink, inode, body, checksum, previous_body, previous_checksum, saved_at)
       VALUES (?, ?, ?, ?, ?, ?, ?)
       ON CONFLICT (sink, inode) DO UPDATE SET body = excluded.body, checksum = excluded.checksum,
       previous_body = excluded.previous_body, previous_checksum = excluded.previous_checksum, saved_at = excluded.saved_at`,
      sink,
      cursor.inode,
      body,
      checksum,
      previous.body,
      previous.checksum,
      now,
    );
  }
}
