import type { Alias } from "../learning/aliases.ts";
import type { Row } from "./cursor-rows.ts";
import { toKeptCursor, toKeptLesson, toKeptProposal } from "./kept-rows.ts";
import type { Ask, Postgres } from "./postgres.ts";
import { compactTables } from "./postgres-compact.ts";
import { plain, readsOf } from "./postgres-reads.ts";
import { escapeText, wordsOf } from "./postgres-text.ts";
import type { Changes, Renewal } from "./renewal.ts";

const aliasesAtOnce = 5000;
const column = { seq: "bigint", text: "text", words: "text[]" } as const;

// One JSON text is one value to send, however many rows it has.
async function update(ask: Ask, table: string, texts: readonly string[], rows: readonly Row[]): Promise<void> {
  if (rows.length === 0) return;
  const lessons = table === "lessons";
  const types = [`seq ${column.seq}`, ...texts.map((name) => `${name} ${column.text}`)];
  const given = [...types, ...(lessons ? [`words ${column.words}`] : [])].join(", ");
  const set = texts.map((name) => `${name} = given.${name}`);
  await ask(
    `UPDATE ${table} SET ${[...set, ...(lessons ? ["words = array_to_tsvector(given.words)"] : [])].join(", ")}
     FROM json_to_recordset($1::json) AS given (${given}) WHERE ${table}.seq = given.seq`,
    [JSON.stringify(rows)],
  );
}

async function changeLessons(ask: Ask, { lessons = [], reviews = [], removed = [] }: Changes): Promise<void> {
  const rows = lessons.map(({ seq, lesson }) => ({
    seq,
    pattern_id: escapeText(lesson.patternId),
    backend: escapeText(lesson.backend),
    prompt: escapeText(lesson.prompt),
    response: escapeText(lesson.response),
    words: wordsOf(`${lesson.prompt}\n${lesson.response}`),
  }));
  await update(ask, "lessons", ["pattern_id", "backend", "prompt", "response"], rows);
  await removeFrom(
    ask,
    "vectors",
    lessons.map(({ lesson }) => lesson.id),
  );
  for (const { id, review } of reviews) await ask("UPDATE lessons SET review = $1 WHERE id = $2", [review, id]);
  for (const table of ["lessons", "vectors", "pairs"]) await removeFrom(ask, table, removed);
}

async function removeFrom(ask: Ask, table: string, ids: readonly string[]): Promise<void> {
  if (ids.length > 0) await ask(`DELETE FROM ${table} WHERE id = ANY ($1::text[])`, [ids]);
}

async function changeNegatives(ask: Ask, { negatives = [], removedNegatives = [] }: Changes): Promise<void> {
  const rows = negatives.map(({ seq, patternId, backend, prompt, response, chosen }) => ({
    seq,
    pattern_id: escapeText(patternId),
    backend: escapeText(backend),
    prompt: escapeText(prompt),
    response: escapeText(response),
    chosen: escapeText(chosen),
  }));
  await update(ask, "negatives", ["pattern_id", "backend", "prompt", "response", "chosen"], rows);
  if (removedNegatives.length > 0)
    await ask("DELETE FROM negatives WHERE seq = ANY ($1::bigint[])", [removedNegatives]);
}

async function changeRest(ask: Ask, changes: Changes): Promise<void> {
  const { aliases = [], cursors = [], removedCursors = [], proposals = [], removedProposals = [] } = changes;
  if (aliases.length > 0) {
    await ask("INSERT INTO aliases (alias, id) SELECT * FROM unnest($1::text[], $2::text[]) ON CONFLICT DO NOTHING", [
      aliases.map(([alias]) => alias),
      aliases.map(([, id]) => id),
    ]);
  }
  for (const { sink, inode, body, checksum, previousBody, previousChecksum } of cursors) {
    await ask(
      `UPDATE cursors SET body = $1, checksum = $2, previous_body = $3, previous_checksum = $4
       WHERE sink = $5 AND inode = $6`,
      [escapeText(body), checksum, escapeText(previousBody), previousChecksum, sink, inode],
    );
  }
  for (const { sink, inode } of removedCursors)
    await ask("DELETE FROM cursors WHERE sink = $1 AND inode = $2", [sink, inode]);
  if (removedProposals.length > 0) await ask("DELETE FROM proposals WHERE hash = ANY ($1::text[])", [removedProposals]);
  for (const { hash, body, status } of proposals) {
    await ask(
      `INSERT INTO proposals (hash, body, status) VALUES ($1, $2, $3)
       ON CONFLICT (hash) DO UPDATE SET body = excluded.body, status = excluded.status`,
      [hash, escapeText(body), status],
    );
  }
  if (changes.measured) for (const table of ["neighbours", "bands"]) await ask(`DELETE FROM ${table}`);
  for (const [name, value] of Object.entries(changes.facts ?? {})) {
    if (value === null) await ask("DELETE FROM facts WHERE name = $1", [name]);
    else
      await ask(
        "INSERT INTO facts (name, value) VALUES ($1, $2) ON CONFLICT (name) DO UPDATE SET value = excluded.value",
        [name, escapeText(value)],
      );
  }
}

/** The store on a server while what it keeps is redacted anew. */
export function renewalOf(postgres: Postgres): Renewal {
  const { ask, place, transaction } = postgres;
  const lessonsBy = async (where: string, values: readonly unknown[]) =>
    (await ask(`SELECT * FROM lessons WHERE ${where}`, values)).map(plain).map(toKeptLesson);
  return {
    kind: "postgres",
    async fact(name) {
      const value = (await ask("SELECT value FROM facts WHERE name = $1", [name]))[0]?.value;
      return typeof value === "string" ? String(plain({ value }).value) : null;
    },
    async isNew() {
      const some = ["lessons", "cursors", "negatives", "proposals", "pairs", "vectors"].map(
        (table) => `EXISTS (SELECT 1 FROM ${table})`,
      );
      return (await ask(`SELECT ${some.join(" OR ")} AS used`))[0]?.used === false;
    },
    lessonsAfter: (seq, limit) => lessonsBy("seq > $1 ORDER BY seq LIMIT $2", [seq, limit]),
    lessonsOf: (ids) => lessonsBy("id = ANY ($1::text[])", [ids]),
    negativesAfter: readsOf(ask).negatives,
    async aliasesOf(hashes) {
      const rows = await ask("SELECT alias, id FROM aliases WHERE alias = ANY ($1::text[])", [hashes]);
      return new Map(rows.map(({ alias, id }) => [String(alias), String(id)]));
    },
    async *aliases() {
      for (let after = ""; ; ) {
        const rows = await ask("SELECT alias, id FROM aliases WHERE alias > $1 ORDER BY alias LIMIT $2", [
          after,
          aliasesAtOnce,
        ]);
        if (rows.length === 0) return;
        yield rows.map(({ alias, id }): Alias => [String(alias), String(id)]);
        after = String(rows.at(-1)?.alias);
      }
    },
    cursors: async () => (await ask("SELECT * FROM cursors")).map(plain).map(toKeptCursor),
    proposals: async () => (await ask("SELECT hash, body, status FROM proposals")).map(plain).map(toKeptProposal),
    change: (changes) =>
      transaction(`What ${place} keeps was not redacted anew`, async (ask) => {
        await changeLessons(ask, changes);
        await changeNegatives(ask, changes);
        await changeRest(ask, changes);
      }),
    compact: ({ left, signal }) => compactTables(postgres, left, signal),
  };
}
