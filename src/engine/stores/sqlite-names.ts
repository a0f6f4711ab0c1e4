import { type NameMemory, openNameMemory, prefixOf } from "./name-memory.ts";
import type { Embedded } from "./sqlite.ts";
import { factOf, saveFact } from "./sqlite-facts.ts";

// A name's place in an index is anywhere, so each new one would touch a page of its own at every commit. The newest
// names are therefore found by a memory of whoever writes, and put into the index many at a time and in its order.
const youngNames = 65_536;
/** The fact that says to which key names are in the index. */
export const namedFact = "names.indexed";

const hexName = /^[0-9a-f]{64}$/;

/** The names that are not in the index yet, as the last commit left them. */
export interface Young {
  readonly memory: NameMemory;
  /** Names that are no SHA-256, which another program gave. */
  readonly texts: Map<string, number>;
  indexed: number;
  known: number;
}

const youngOf = new WeakMap<Embedded, Young>();

// A SHA-256 is kept as its 32 bytes; a pair that another program named differently keeps its text.
function kept(id: string): string | Uint8Array {
  return hexName.test(id) ? Buffer.from(id, "hex") : id;
}

function indexedTo(store: Embedded): number {
  return Number(factOf(store, namedFact) ?? 0);
}

function lastKey(store: Embedded): number {
  return Number(store.get("SELECT max(key) AS key FROM names")?.key ?? 0);
}

// Meets what is committed; what is read while a transaction waits for more is not.
function meetCommitted(store: Embedded): Young {
  const young = youngNamesOf(store);
  if (!store.busy()) meet(store, young);
  return young;
}

// What was committed meanwhile, by this program or another, is read; a store that was emptied is read from the start.
function meet(store: Embedded, young: Young): void {
  const last = lastKey(store);
  const indexed = indexedTo(store);
  if (last < young.known || indexed !== young.indexed) {
    young.memory.clear();
    young.texts.clear();
    young.indexed = indexed;
    young.known = indexed;
  }
  if (last === young.known) return;
  for (const { key, name } of store.all("SELECT key, name FROM names WHERE key > ?", young.known)) {
    if (name instanceof Uint8Array) young.memory.add(prefixOf(Buffer.from(name).toString("hex", 0, 6)), Number(key));
    else young.texts.set(String(name), Number(key));
  }
  young.known = last;
}

function fold(store: Embedded, young: Young, youngMax: number): void {
  if (young.memory.size() + young.texts.size < youngMax) return;
  store.run(
    "INSERT INTO name_index (name, key) SELECT name, key FROM names WHERE key > ? ORDER BY name",
    young.indexed,
  );
  saveFact(store, namedFact, String(young.known));
}

// Called first in a commit: until then nothing of it is written, so the memory holds what was committed and no more.
function youngNamesOf(store: Embedded): Young {
  return youngOf.get(store) ?? holdNames(store);
}

/** Starts the memory of a store's newest names; at most so many are in it, the rest are in the index. */
export function holdNames(store: Embedded, youngMax = youngNames): Young {
  const young: Young = { memory: openNameMemory(), texts: new Map(), indexed: 0, known: 0 };
  youngOf.set(store, young);
  store.onBegin(() => {
    meet(store, young);
    fold(store, young, youngMax);
  });
  meet(store, young);
  return young;
}

/** The SQL expression for a lesson's id as text, from the names row of that alias. */
export function idText(alias = "names"): string {
  return `CASE typeof(${alias}.name) WHEN 'blob' THEN lower(hex(${alias}.name)) ELSE ${alias}.name END`;
}

// The number of a name as the last commit left it, looked up in the memory and in the index.
function committedKey(store: Embedded, young: Young, id: string): number | null {
  const name = kept(id);
  if (typeof name === "string") {
    const key = young.texts.get(name);
    if (key !== undefined) return key;
  } else {
    for (const key of young.memory.find(prefixOf(id))) {
      const row = store.get("SELECT name FROM names WHERE key = ?", key);
      if (row?.name instanceof Uint8Array && Buffer.compare(row.name, name) === 0) return key;
    }
  }
  if (young.indexed === 0) return null;
  const row = store.get("SELECT key FROM name_index WHERE name = ?", name);
  return row === undefined ? null : Number(row.key);
}

/** The number that stands for a lesson's id in all tables, or null where no table has it; not inside a commit. */
export function keyOf(store: Embedded, id: string): number | null {
  if (!store.readOnly) {
    return committedKey(store, meetCommitted(store), id);
  }
  const name = kept(id);
  const row = store.get(
    `SELECT key FROM name_index WHERE name = ?
     UNION ALL SELECT key FROM names WHERE key > ? AND name = ?`,
    name,
    indexedTo(store),
    name,
  );
  return row === undefined ? null : Number(row.key);
}

/** The number that stands for a lesson's id, given now if it has none; only inside a commit. */
export function nameOf(store: Embedded, id: string): number {
  const known = store.memo.get(id);
  if (known !== undefined) return known;
  const key =
    committedKey(store, youngNamesOf(store), id) ?? store.add("INSERT INTO names (name) VALUES (?)", kept(id));
  store.memo.set(id, key);
  return key;
}

/** The keys of the names that begin with some hex digits; none where no name can begin so. */
export function keysFrom(store: Embedded, prefix: string): number[] {
  if (!/^[0-9a-f]{0,64}$/.test(prefix)) return [];
  const [first, last] = [Buffer.from(prefix.padEnd(64, "0"), "hex"), Buffer.from(prefix.padEnd(64, "f"), "hex")];
  return store
    .all(
      `SELECT key FROM name_index WHERE name BETWEEN ? AND ?
       UNION ALL SELECT key FROM names WHERE key > ? AND name BETWEEN ? AND ?`,
      first,
      last,
      indexedTo(store),
      first,
      last,
    )
    .map(({ key }) => Number(key));
}

/** Which of these lessons have a row in a table; not inside a commit. */
export function keptOf(
  store: Embedded,
  table: "pairs" | "vectors" | "withdrawn",
  ids: readonly string[],
): ReadonlySet<string> {
  const young = meetCommitted(store);
  const found = ids.filter((id) => {
    const key = committedKey(store, young, id);
    return key !== null && store.get(`SELECT 1 FROM ${table} WHERE id = ?`, key) !== undefined;
  });
  return new Set(found);
}
