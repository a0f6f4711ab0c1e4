import type { Embedded } from "./sqlite.ts";
import { foldedFact, saveFolded, showYoungBands } from "./sqlite-bands.ts";
import { saveFact } from "./sqlite-facts.ts";
import { idText, namedFact, nameOf } from "./sqlite-names.ts";
import { indexedFact, rebuildText } from "./sqlite-text.ts";
import type { Table, Tables, Value } from "./tables.ts";

function toValue(value: unknown): Value {
  if (value === null || typeof value === "string" || typeof value === "number") return value;
  if (value instanceof Uint8Array) return value;
  return typeof value === "bigint" ? Number(value) : String(value);
}

function namesOf({ columns }: Table): string[] {
  return columns.map(([name]) => name);
}

const markName = "migration";
/** What only this file's own layout needs to know is not moved. */
const ownFacts = [markName, foldedFact, indexedFact, namedFact];
// Tables whose lessons stand there by their number; on the outside they have their names.
const named: ReadonlySet<string> = new Set(["lessons", "vectors", "neighbours", "pairs", "withdrawn", "negatives"]);

// Tables of which not everything, or not in the order of the outside, stands in the table of that name.
const elsewhere: ReadonlyMap<string, string> = new Map([
  ["bands", "(SELECT band, key, tag FROM bands UNION SELECT band, key, tag FROM temp.young_bands) AS bands"],
  ["withdrawn", "temp.withdrawn_names AS withdrawn"],
]);

function isName({ name }: Table, column: string): boolean {
  return named.has(name) && (column === "id" || column === "nearest" || column === "kept");
}

function expressionOf(table: Table, column: string): string {
  if (!isName(table, column) || table.name === "withdrawn") return column;
  return `(SELECT ${idText()} FROM names WHERE names.key = ${table.name}.${column}) AS ${column}`;
}

// In a table of this connection, by their names, whose order is not that of their numbers.
function showWithdrawn(store: Embedded): void {
  store.run("DROP TABLE IF EXISTS temp.withdrawn_names");
  store.run("CREATE TEMP TABLE withdrawn_names (id TEXT PRIMARY KEY) WITHOUT ROWID");
  store.run(
    `INSERT INTO withdrawn_names (id) SELECT ${idText()} FROM withdrawn JOIN names ON names.key = withdrawn.id`,
  );
}

/** The tables of the embedded store. */
export function tablesOf(store: Embedded): Tables {
  // The mark is not part of what is moved.
  const own = ({ name }: Table) =>
    name === "facts" ? `name NOT IN (${ownFacts.map((fact) => `'${fact}'`).join(", ")})` : "true";
  const save = (mark: string) => saveFact(store, markName, mark);
  const countOf = (name: string, where: string) =>
    Number(store.get(`SELECT count(*) AS n FROM ${name} WHERE ${where}`)?.n);
  const shown = new Set<string>();
  const show = ({ name }: Table) => {
    if (name === "bands") showYoungBands(store);
    if (name === "withdrawn") showWithdrawn(store);
    shown.add(name);
  };
  const rowsOf = ({ name }: Table) => elsewhere.get(name) ?? name;
  return {
    async count(table) {
      if (table.name === "bands") show(table);
      return countOf(table.name === "withdrawn" ? table.name : rowsOf(table), own(table));
    },
    async read(table, after, limit) {
      if (elsewhere.has(table.name) && (after === null || !shown.has(table.name))) show(table);
      const names = namesOf(table);
      const keys = names.slice(0, table.keys);
      const later = after === null ? "" : `AND (${keys.join(", ")}) > (${keys.map(() => "?").join(", ")})`;
      const columns = names.map((column) => expressionOf(table, column));
      const sql = `SELECT ${columns.join(", ")} FROM ${rowsOf(table)} WHERE ${own(table)} ${later}
        ORDER BY ${keys.join(", ")} LIMIT ?`;
      const from = after === null ? [] : after.slice(0, table.keys);
      return store.all(sql, ...from, limit).map((row) => names.map((name) => toValue(row[name])));
    },
    async write(table, rows, mark) {
      const names = namesOf(table);
      const sql = `INSERT INTO ${table.name} (${names.join(", ")}) VALUES (${names.map(() => "?").join(", ")})
        ON CONFLICT DO NOTHING`;
      await store.commit(() => {
        for (const row of rows) {
          const values = row.map((value, index) =>
            typeof value === "string" && isName(table, names[index] ?? "") ? nameOf(store, value) : value,
          );
          store.run(sql, ...values);
        }
        // What is written holds all bands already, so none are young.
        if (table.name === "bands") saveFolded(store);
        save(mark);
      });
    },
    async mark() {
      const value = store.get("SELECT value FROM facts WHERE name = ?", markName)?.value;
      return typeof value === "string" ? value : null;
    },
    async clear(table) {
      await store.commit(() => {
        store.run(`DELETE FROM ${table.name} WHERE ${own(table)}`);
      });
    },
    async finish(mark) {
      await store.commit(() => {
        rebuildText(store);
        saveFolded(store);
        save(mark);
      });
    },
    async forget() {
      await store.commit(() => store.run("DELETE FROM facts WHERE name = ?", markName));
    },
  };
}
