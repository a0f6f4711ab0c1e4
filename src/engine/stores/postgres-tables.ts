import type { Row } from "./cursor-rows.ts";
import type { Ask, Postgres } from "./postgres.ts";
import { escapeText, unescapeText, wordsOf } from "./postgres-text.ts";
import { type ColumnType, type Table, type Tables, tables, type Value, type Values } from "./tables.ts";

const types: Readonly<Record<ColumnType, string>> = {
  text: "text",
  whole: "bigint",
  number: "double precision",
  bytes: "text",
};

const markName = "migration";

function namesOf({ columns }: Table): string[] {
  return columns.map(([name]) => `"${name}"`);
}

function fromServer(value: unknown, type: ColumnType): Value {
  if (value === null || value === undefined) return null;
  if (type === "text") return unescapeText(String(value));
  if (type === "bytes") return value instanceof Uint8Array ? value : null;
  return Number(value);
}

function toServer(value: Value): string | number | null {
  if (typeof value === "string") return escapeText(value);
  return value instanceof Uint8Array ? Buffer.from(value).toString("base64") : value;
}

// The words of a lesson are not moved but made again.
function textOfLesson({ columns }: Table, row: Values): string {
  const of = (wanted: string) => row[columns.findIndex(([name]) => name === wanted)] ?? "";
  return `${of("prompt")}\n${of("response")}`;
}

async function saveMark(ask: Ask, mark: string): Promise<void> {
  await ask("INSERT INTO facts (name, value) VALUES ($1, $2) ON CONFLICT (name) DO UPDATE SET value = excluded.value", [
    markName,
    mark,
  ]);
}

/** The tables of a PostgreSQL store. */
export function tablesOf(postgres: Postgres): Tables {
  const { ask, place, transaction } = postgres;
  // The mark is not part of what is moved.
  const own = ({ name }: Table) => (name === "facts" ? `name <> '${markName}'` : "true");
  return {
    count: async (table) => Number((await ask(`SELECT count(*) AS n FROM ${table.name} WHERE ${own(table)}`))[0]?.n),
    async read(table, after, limit) {
      const names = namesOf(table);
      const keys = names.slice(0, table.keys).join(", ");
      const places = names.slice(0, table.keys).map((_, index) => `$${index + 2}`);
      const later = after === null ? "" : `AND (${keys}) > (${places.join(", ")})`;
      const from = after === null ? [] : after.slice(0, table.keys).map(toServer);
      const sql = `SELECT ${names.join(", ")} FROM ${table.name} WHERE ${own(table)} ${later} ORDER BY ${keys} LIMIT $1`;
      const rows = await ask(sql, [limit, ...from]);
      return rows.map((row: Row) => table.columns.map(([name, type]) => fromServer(row[name], type)));
    },
    async write(table, rows, mark) {
      const names = namesOf(table);
      const lessons = table.name === "lessons";
      const kept = table.columns.map(([name, type]) =>
        type === "bytes" ? `decode("${name}", 'base64')` : `"${name}"`,
      );
      const sql = `INSERT INTO ${table.name} (${names.join(", ")}${lessons ? ", words" : ""})
        SELECT ${kept.join(", ")}${lessons ? ", array_to_tsvector(words)" : ""} FROM json_to_recordset($1::json)
        AS t (${table.columns.map(([name, type]) => `"${name}" ${types[type]}`).join(", ")}${lessons ? ", words text[]" : ""})
        ON CONFLICT DO NOTHING`;
      const objects = rows.map((row) => ({
        ...Object.fromEntries(table.columns.map(([name], index) => [name, toServer(row[index] ?? null)])),
        ...(lessons ? { words: wordsOf(textOfLesson(table, row)) } : {}),
      }));
      await transaction(`The table ${table.name} of ${place} was not filled`, async (ask) => {
        await ask(sql, [JSON.stringify(objects)]);
        await saveMark(ask, mark);
      });
    },
    async mark() {
      const value = (await ask("SELECT value FROM facts WHERE name = $1", [markName]))[0]?.value;
      return typeof value === "string" ? value : null;
    },
    async clear(table) {
      await ask(`DELETE FROM ${table.name} WHERE ${own(table)}`);
    },
    async finish(mark) {
      for (const { name } of tables) await ask(`ANALYZE ${name}`);
      await saveMark(ask, mark);
    },
    async forget() {
      await ask("DELETE FROM facts WHERE name = $1", [markName]);
    },
  };
}
