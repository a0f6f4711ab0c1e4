import type { Emit } from "../events.ts";
import type { Batch } from "../telemetry/batch.ts";
import { type Cursor, checksumOf } from "../telemetry/cursor.ts";
import { cursorsIn } from "./cursor-rows.ts";
import type { Ask, Postgres } from "./postgres.ts";
import { escapeText, unescapeText } from "./postgres-text.ts";
import type { Taken } from "./store.ts";

/** The cursors of one sink; a damaged one is named and its previous copy used, else its file is read again. */
export async function loadCursors(ask: Ask, sink: string, emit: Emit): Promise<Cursor[]> {
  const rows = await ask(
    "SELECT inode, body, checksum, previous_body, previous_checksum FROM cursors WHERE sink = $1",
    [sink],
  );
  const plain = rows.map((row) => ({
    ...row,
    body: unescapeText(String(row.body)),
    previous_body: unescapeText(String(row.previous_body)),
  }));
  return cursorsIn(plain, sink, emit);
}

/** Saves cursors of a sink; inside the transaction of what they stand for. */
export async function saveCursors(ask: Ask, sink: string, cursors: readonly Cursor[]): Promise<void> {
  if (cursors.length === 0) return;
  const bodies = cursors.map((cursor) => JSON.stringify(cursor));
  await ask(
    `INSERT INTO cursors (sink, inode, body, checksum, saved_at)
     SELECT $1, inode, body, checksum, $2 FROM unnest($3::text[], $4::text[], $5::text[]) AS t (inode, body, checksum)
     ON CONFLICT (sink, inode) DO UPDATE SET previous_body = cursors.body, previous_checksum = cursors.checksum,
     body = excluded.body, checksum = excluded.checksum, saved_at = excluded.saved_at`,
    [sink, new Date().toISOString(), cursors.map(({ inode }) => inode), bodies.map(escapeText), bodies.map(checksumOf)],
  );
}

/** Takes batches of one sink, each exactly once, even when the answer to a commit is lost. */
export interface Delivery {
  take(batch: Batch, work: (ask: Ask) => Promise<Taken>): Promise<Taken>;
}

/** Holds the right to write for one sink until the transaction ends; returns the transaction's number. */
export async function lockSink(ask: Ask, schema: string, sink: string): Promise<string> {
  const [row] = await ask(
    "SELECT pg_advisory_xact_lock(hashtextextended($1, 0)), pg_current_xact_id()::text AS number",
    [`aistack ${schema} ${sink}`],
  );
  return String(row?.number);
}

/**
 * Opens the delivery of a sink. When the answer to a commit was lost, the server is asked what became of that
 * transaction (it is over once its lock is free), so a batch that is tried again is neither lost nor counted twice.
 */
export function openDelivery(postgres: Postgres, sink: string): Delivery {
  let unsure: { readonly batch: Batch; readonly number: string; readonly taken: Taken } | null = null;
  return {
    take: (batch, work) =>
      postgres.transaction(
        `The ${sink} of ${postgres.place} were not written`,
        async (ask) => {
          const number = await lockSink(ask, postgres.schema, sink);
          if (unsure?.batch === batch) {
            const [row] = await ask("SELECT pg_xact_status($1::text::xid8) AS status", [unsure.number]);
            if (row?.status === "committed") return unsure.taken;
          }
          const taken = await work(ask);
          await saveCursors(ask, sink, batch.cursors);
          unsure = { batch, number, taken };
          return taken;
        },
        batch,
      ),
  };
}
