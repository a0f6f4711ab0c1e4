import type { Negative } from "../learning/lesson.ts";
import type { Chosen } from "../telemetry/batch.ts";
import type { Ask } from "./postgres.ts";
import { escapeText } from "./postgres-text.ts";

/** Notes names as withdrawn, for every sink; only inside a transaction. */
export async function noteWithdrawn(ask: Ask, ids: readonly string[]): Promise<void> {
  if (ids.length === 0) return;
  // In one order, so that two sinks never wait for each other.
  await ask("INSERT INTO withdrawn (id) SELECT DISTINCT unnest($1::text[]) AS id ORDER BY id ON CONFLICT DO NOTHING", [
    ids,
  ]);
}

/** Which of these lessons some sink has heard of as withdrawn. */
export async function withdrawnAmong(ask: Ask, ids: readonly string[]): Promise<ReadonlySet<string>> {
  if (ids.length === 0) return new Set();
  const rows = await ask("SELECT id FROM withdrawn WHERE id = ANY ($1::text[])", [ids]);
  return new Set(rows.map(({ id }) => String(id)));
}

/** Keeps rejected work, each once; only inside a transaction. */
export async function keepNegatives(ask: Ask, negatives: readonly Negative[], now: string): Promise<void> {
  if (negatives.length === 0) return;
  const unique = new Map<string, Negative>();
  for (const negative of negatives) if (!unique.has(negative.id)) unique.set(negative.id, negative);
  const rows = [...unique.values()].map(({ origin, ...one }) => ({
    id: one.id,
    pattern_id: escapeText(one.patternId),
    kind: one.kind,
    prompt: escapeText(one.prompt),
    response: escapeText(one.response),
    chosen: escapeText(one.chosen),
    backend: escapeText(one.backend),
    timestamp: escapeText(one.timestamp),
    file: escapeText(origin.file),
    inode: origin.inode,
    offset: origin.offset,
    bytes: origin.bytes,
  }));
  await ask(
    `WITH fresh AS (
       SELECT row_number() OVER (ORDER BY place) AS number, given.* FROM (
         SELECT row_number() OVER () AS place, negative.* FROM ROWS FROM (json_to_recordset($1::json) AS (
           id text, pattern_id text, kind text, prompt text, response text, chosen text, backend text, timestamp text,
           file text, inode text, "offset" bigint, bytes bigint
         )) AS negative
       ) AS given WHERE NOT EXISTS (SELECT 1 FROM negatives WHERE negatives.id = given.id)
     )
     INSERT INTO negatives (seq, id, pattern_id, kind, prompt, response, chosen, backend, timestamp, file, inode,
       "offset", bytes, rejected_at)
     SELECT (SELECT coalesce(max(seq), 0) FROM negatives) + number, id, pattern_id, kind, prompt, response, chosen,
       backend, timestamp, file, inode, "offset", bytes, $2 FROM fresh ORDER BY number`,
    [JSON.stringify(rows), now],
  );
}

/** Notes the better answers to rejected ones; only inside a transaction. */
export async function keepChosen(ask: Ask, chosen: readonly Chosen[]): Promise<void> {
  for (const { negatives, response } of chosen) {
    await ask("UPDATE negatives SET chosen = $1 WHERE id = ANY ($2::text[])", [escapeText(response), negatives]);
  }
}
