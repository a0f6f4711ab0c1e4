import type { Embedded } from "./sqlite.ts";

const hexName = /^[0-9a-f]{64}$/;

// A SHA-256 is kept as its 32 bytes; a pair that another program named differently keeps its text.
function kept(id: string): string | Uint8Array {
  return hexName.test(id) ? Buffer.from(id, "hex") : id;
}

/** The SQL expression for a lesson's id as text, from the names row of that alias. */
export function idText(alias = "names"): string {
  return `CASE typeof(${alias}.name) WHEN 'blob' THEN lower(hex(${alias}.name)) ELSE ${alias}.name END`;
}

/** The number that stands for a lesson's id in all tables, or null where no table has it. */
export function keyOf(store: Embedded, id: string): number | null {
  const row = store.get("SELECT key FROM names WHERE name = ?", kept(id));
  return row === undefined ? null : Number(row.key);
}

/** The number that stands for a lesson's id, given now if it has none; only inside a commit. */
export function nameOf(store: Embedded, id: string): number {
  const known = store.memo.get(id);
  if (known !== undefined) return known;
  const key = keyOf(store, id) ?? store.add("INSERT INTO names (name) VALUES (?)", kept(id));
  store.memo.set(id, key);
  return key;
}

/** The first and the last 32-byte name that begin with some hex digits, or null where none can. */
export function namesFrom(prefix: string): readonly [first: Uint8Array, last: Uint8Array] | null {
  if (!/^[0-9a-f]{0,64}$/.test(prefix)) return null;
  return [Buffer.from(prefix.padEnd(64, "0"), "hex"), Buffer.from(prefix.padEnd(64, "f"), "hex")];
}

/** Which of these lessons have a row in a table; one statement, because each alone would take and let go of a lock. */
export function keptOf(store: Embedded, table: "pairs" | "vectors", ids: readonly string[]): ReadonlySet<string> {
  if (ids.length === 0) return new Set();
  const rows = store.all(
    `SELECT value FROM json_each(?) JOIN names ON names.name = unhex(value) JOIN ${table} ON ${table}.id = names.key`,
    JSON.stringify(ids),
  );
  return new Set(rows.map(({ value }) => String(value)));
}
