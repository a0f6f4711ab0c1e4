import type { Ask } from "./postgres.ts";

/** Notes names as withdrawn, for every sink; only inside a transaction. */
export async function noteWithdrawn(ask: Ask, ids: readonly string[]): Promise<void> {
  if (ids.length === 0) return;
  await ask("INSERT INTO withdrawn (id) SELECT * FROM unnest($1::text[]) ON CONFLICT DO NOTHING", [ids]);
}
