import type { Embedded } from "./sqlite.ts";
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

/** The tables of the embedded store. */
export function tablesOf(store: Embedded): Tables {
  // The mark is not part of what is moved.
  const own = ({ name }: Table) => (name === "facts" ? `name <> '${markName}'` : "true");
  const save = (mark: string) => store.run("INSERT OR REPLACE INTO facts (name, value) VALUES (?, ?)", markName, mark);
  const countOf = (name: string, where: string) =>
    Number(store.get(`SELECT count(*) AS n FROM ${name} WHERE ${where}`)?.n);
  const youngBands = ({ name }: Table) => (name === "bands" ? countOf("young_bands", "true") : 0);
  return {
    count: async (table) => countOf(table.name, own(table)) + youngBands(table),
    async read(table, after, limit) {
      const names = namesOf(table);
      const keys = names.slice(0, table.keys);
      const later =
        after === null ? "" : `AND (${keys.join(", ")}) > (${keys.map((_, at) => `?${at + 2}`).join(", ")})`;
      const inOrder = `ORDER BY ${keys.join(", ")} LIMIT ?1`;
      const rowsOf = (name: string) =>
        `SELECT ${names.join(", ")} FROM ${name} WHERE ${own(table)} ${later} ${inOrder}`;
      const both = `SELECT * FROM (${rowsOf("bands")}) UNION ALL SELECT * FROM (${rowsOf("young_bands")}) ${inOrder}`;
      const from = after === null ? [] : after.slice(0, table.keys);
      const rows = store.all(table.name === "bands" ? both : rowsOf(table.name), limit, ...from);
      return rows.map((row) => names.map((name) => toValue(row[name])));
    },
    async write(table, rows, mark) {
      const names = namesOf(table);
      const sql = `INSERT INTO ${table.name} (${names.join(", ")}) VALUES (${names.map(() => "?").join(", ")})
        ON CONFLICT DO NOTHING`;
      await store.commit(() => {
        for (const row of rows) store.run(sql, ...row);
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
        if (table.name === "bands") store.run("DELETE FROM young_bands");
      });
    },
    async finish(mark) {
      await store.commit(() => {
        store.run("INSERT INTO lessons_text (lessons_text) VALUES ('rebuild')");
        save(mark);
      });
    },
    async forget() {
      await store.commit(() => store.run("DELETE FROM facts WHERE name = ?", markName));
    },
  };
}
