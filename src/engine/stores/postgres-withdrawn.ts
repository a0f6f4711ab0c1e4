import type { Ask } from "./postgres.ts";

/** Notes names as withdrawn, for every sink; only inside a transaction. */
export async function noteWithdrawn(ask: Ask, ids: readonly string[]): Promise<void> {
  if (ids.length === 0) return;
  await ask("INSERT INTO withdrawn (id) SELECT * FROM unnest($1::text[]) ON CONFLICT DO NOTHING", [ids]);
}

/** Which of these lessons some sink has heard of as withdrawn. */
export async function withdrawnAmong(ask: Ask, ids: readonly string[]): Promise<ReadonlySet<string>> {
  if (ids.length === 0) return new Set();
  const rows = await ask("SELECT id FROM withdrawn WHERE id = ANY ($1::text[])", [ids]);
  return new Set(rows.map(({ id }) => String(id)));
}
