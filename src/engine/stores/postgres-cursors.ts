import { randomUUID } from "node:crypto";
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

/** Saves cursors of a sink, with the name of the delivery they come from; inside the transaction of what they stand for. */
export async function saveCursors(ask: Ask, sink: string, given: readonly Cursor[], delivery = ""): Promise<void> {
  if (given.length === 0) return;
  // A batch has two cursors of a file that was read and then settled; one statement takes only one, the last.
  const cursors = [...new Map(given.map((cursor) => [cursor.inode, cursor])).values()];
  const bodies = cursors.map((cursor) => JSON.stringify(cursor));
  await ask(
    `INSERT INTO cursors (sink, inode, body, checksum, saved_at, delivery)
     SELECT $1, inode, body, checksum, $2, $3 FROM unnest($4::text[], $5::text[], $6::text[]) AS t (inode, body, checksum)
     ON CONFLICT (sink, inode) DO UPDATE SET previous_body = cursors.body, previous_checksum = cursors.checksum,
     body = excluded.body, checksum = excluded.checksum, saved_at = excluded.saved_at, delivery = excluded.delivery`,
    [
      sink,
      new Date().toISOString(),
      delivery,
      cursors.map(({ inode }) => inode),
      bodies.map(escapeText),
      bodies.map(checksumOf),
    ],
  );
}

/** Takes batches of one sink, each exactly once, even when the answer to a commit is lost. */
export interface Delivery {
  take(batch: Batch, work: (ask: Ask) => Promise<Taken>): Promise<Taken>;
}

/** Holds the right to write for one sink until the transaction ends. */
export async function lockSink(ask: Ask, schema: string, sink: string): Promise<void> {
  await ask("SELECT pg_advisory_xact_lock(hashtextextended($1, 0))", [`aistack ${schema} ${sink}`]);
}

/**
 * Opens the delivery of a sink. When the answer to a commit was lost, the cursors tell whether it was made, by the name
 * of the delivery they were saved with (the earlier transaction is over once its lock is free), so a batch that is tried
 * again is neither lost nor counted twice. A transaction's own number would not do: after a crash it is given again.
 */
export function openDelivery(postgres: Postgres, sink: string): Delivery {
  let unsure: { readonly batch: Batch; readonly delivery: string; readonly taken: Taken } | null = null;
  return {
    take: (batch, work) =>
      postgres.transaction(
        `The ${sink} of ${postgres.place} were not written`,
        async (ask) => {
          await lockSink(ask, postgres.schema, sink);
          if (unsure?.batch === batch) {
            const made = await ask("SELECT 1 FROM cursors WHERE sink = $1 AND delivery = $2", [sink, unsure.delivery]);
            if (made.length > 0) return unsure.taken;
          }
          const taken = await work(ask);
          const delivery = randomUUID();
          await saveCursors(ask, sink, batch.cursors, delivery);
          unsure = { batch, delivery, taken };
          return taken;
        },
        batch,
      ),
  };
}
