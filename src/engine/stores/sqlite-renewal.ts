import { Failure } from "../errors.ts";
import type { Alias } from "../learning/aliases.ts";
import { toKeptCursor, toKeptLesson, toKeptProposal } from "./kept-rows.ts";
import type { Changes, Renewal } from "./renewal.ts";
import type { Embedded } from "./sqlite.ts";
import { foldedFact } from "./sqlite-bands.ts";
import { factOf, saveFact } from "./sqlite-facts.ts";
import { idText, keyOf, nameOf } from "./sqlite-names.ts";
import { readsOf } from "./sqlite-reads.ts";
import { rebuildText } from "./sqlite-text.ts";

const aliasesAtOnce = 5000;

const lessons = `SELECT lessons.*, ${idText()} AS id FROM lessons JOIN names ON names.key = lessons.id`;

function changeLessons(store: Embedded, { lessons = [], reviews = [], removed = [] }: Changes): void {
  for (const { seq, lesson } of lessons) {
    store.run(
      "UPDATE lessons SET pattern_id = ?, backend = ?, prompt = ?, response = ? WHERE seq = ?",
      lesson.patternId,
      lesson.backend,
      lesson.prompt,
      lesson.response,
      seq,
    );
    store.run("DELETE FROM vectors WHERE id = ?", nameOf(store, lesson.id));
  }
  for (const { id, review } of reviews)
    store.run("UPDATE lessons SET review = ? WHERE id = ?", review, nameOf(store, id));
  for (const id of removed) {
    const key = nameOf(store, id);
    for (const table of ["lessons", "vectors", "pairs"]) store.run(`DELETE FROM ${table} WHERE id = ?`, key);
  }
}

function changeNegatives(store: Embedded, { negatives = [], removedNegatives = [] }: Changes): void {
  for (const { seq, patternId, backend, prompt, response, chosen } of negatives) {
    store.run(
      "UPDATE negatives SET pattern_id = ?, backend = ?, prompt = ?, response = ?, chosen = ? WHERE seq = ?",
      patternId,
      backend,
      prompt,
      response,
      chosen,
      seq,
    );
  }
  for (const seq of removedNegatives) store.run("DELETE FROM negatives WHERE seq = ?", seq);
}

function changeRest(store: Embedded, changes: Changes): void {
  const { aliases = [], cursors = [], removedCursors = [], proposals = [], removedProposals = [] } = changes;
  for (const [alias, id] of aliases) {
    store.run("INSERT INTO aliases (alias, id) VALUES (?, ?) ON CONFLICT DO NOTHING", alias, id);
  }
  for (const { sink, inode, body, checksum, previousBody, previousChecksum } of cursors) {
    store.run(
      `UPDATE cursors SET body = ?, checksum = ?, previous_body = ?, previous_checksum = ? WHERE sink = ? AND inode = ?`,
      body,
      checksum,
      previousBody,
      previousChecksum,
      sink,
      inode,
    );
  }
  for (const { sink, inode } of removedCursors)
    store.run("DELETE FROM cursors WHERE sink = ? AND inode = ?", sink, inode);
  for (const hash of removedProposals) store.run("DELETE FROM proposals WHERE hash = ?", hash);
  for (const { hash, body, status } of proposals) {
    store.run("INSERT OR REPLACE INTO proposals (hash, body, status) VALUES (?, ?, ?)", hash, body, status);
  }
  if (changes.measured) {
    store.run("DELETE FROM neighbours");
    store.run("DELETE FROM bands");
    store.run("DELETE FROM facts WHERE name = ?", foldedFact);
  }
  for (const [name, value] of Object.entries(changes.facts ?? {})) {
    if (value === null) store.run("DELETE FROM facts WHERE name = ?", name);
    else saveFact(store, name, value);
  }
}

// A vacuum leaves no page with anything of before; the log beside the file may have copies of pages until it is cut.
function compact(store: Embedded): string | null {
  try {
    store.run("VACUUM");
  } catch (error) {
    return `the file could not be written anew (${error instanceof Error ? error.message : error})`;
  }
  const busy = Number(store.get("PRAGMA wal_checkpoint(TRUNCATE)")?.busy ?? 1);
  return busy === 0 ? null : "another program is reading it";
}

/** The embedded store while what it keeps is redacted anew. */
export function renewalOf(store: Embedded): Renewal {
  return {
    kind: "embedded",
    fact: async (name) => factOf(store, name),
    isNew: async () =>
      ["lessons", "cursors", "negatives", "proposals", "names"].every(
        (table) => store.get(`SELECT 1 FROM ${table} LIMIT 1`) === undefined,
      ),
    lessonsAfter: async (seq, limit) =>
      store.all(`${lessons} WHERE seq > ? ORDER BY seq LIMIT ?`, seq, limit).map(toKeptLesson),
    lessonsOf: async (ids) =>
      ids.flatMap((id) => store.all(`${lessons} WHERE lessons.id = ?`, keyOf(store, id)).map(toKeptLesson)),
    negativesAfter: readsOf(store).negatives,
    async aliasesOf(hashes) {
      const found = hashes.flatMap((hash) => store.all("SELECT alias, id FROM aliases WHERE alias = ?", hash));
      return new Map(found.map(({ alias, id }) => [String(alias), String(id)]));
    },
    async *aliases() {
      for (let after = ""; ; ) {
        const rows = store.all(
          "SELECT alias, id FROM aliases WHERE alias > ? ORDER BY alias LIMIT ?",
          after,
          aliasesAtOnce,
        );
        if (rows.length === 0) return;
        yield rows.map(({ alias, id }): Alias => [String(alias), String(id)]);
        after = String(rows.at(-1)?.alias);
      }
    },
    cursors: async () => store.all("SELECT * FROM cursors").map(toKeptCursor),
    proposals: async () => store.all("SELECT hash, body, status FROM proposals").map(toKeptProposal),
    change: (changes) =>
      store.commit(() => {
        changeLessons(store, changes);
        changeNegatives(store, changes);
        changeRest(store, changes);
      }),
    async compact({ left, signal }) {
      signal.throwIfAborted();
      if (store.busy())
        throw new Failure("failed", { what: "The store was not written anew", why: "it is being written" });
      await store.commit(() => rebuildText(store));
      const why = compact(store);
      return why === null ? null : { why, left };
    },
  };
}
