import type { Embedded } from "./sqlite.ts";
import { factOf, saveFact } from "./sqlite-facts.ts";

/** Lessons that wait to be put into the text index together: one by one, each commit would write and merge a segment. */
const waitingMax = 2048;
/** The fact that says to which lesson the text index goes. */
export const indexedFact = "text.indexed";

function indexedTo(store: Embedded): number {
  return Number(factOf(store, indexedFact) ?? 0);
}

/** Puts lessons into the text index once enough wait; only inside the commit that adds lessons. */
export function indexText(store: Embedded): void {
  const last = Number(store.get("SELECT max(seq) AS seq FROM lessons")?.seq ?? 0);
  const indexed = indexedTo(store);
  if (last - indexed < waitingMax) return;
  store.run(
    "INSERT INTO lessons_text (rowid, prompt, response) SELECT seq, prompt, response FROM lessons WHERE seq > ? ORDER BY seq",
    indexed,
  );
  saveFact(store, indexedFact, String(last));
}

/** Takes a lesson out of the text index, before its row is deleted; only inside a commit. */
export function forgetText(store: Embedded, seq: number): void {
  const indexed = indexedTo(store);
  if (seq > indexed) return;
  store.run(
    "INSERT INTO lessons_text (lessons_text, rowid, prompt, response) SELECT 'delete', seq, prompt, response FROM lessons WHERE seq = ?",
    seq,
  );
  // The number of the newest lesson is given again to the next one.
  const last = Number(store.get("SELECT max(seq) AS seq FROM lessons WHERE seq <> ?", seq)?.seq ?? 0);
  if (last < indexed) saveFact(store, indexedFact, String(last));
}

/** Makes the text index anew from all lessons; only inside a commit. */
export function rebuildText(store: Embedded): void {
  store.run("INSERT INTO lessons_text (lessons_text) VALUES ('rebuild')");
  saveFact(store, indexedFact, String(store.get("SELECT max(seq) AS seq FROM lessons")?.seq ?? 0));
}

/** The numbers of lessons that match a query; those not in the index yet are searched by an index of their own. */
export function searchText(store: Embedded, query: string, limit: number): number[] {
  store.run("CREATE VIRTUAL TABLE IF NOT EXISTS temp.young_text USING fts5(prompt, response, content='', detail=none)");
  store.run(
    "INSERT INTO young_text (rowid, prompt, response) SELECT seq, prompt, response FROM lessons WHERE seq > ?",
    indexedTo(store),
  );
  const found = ["young_text", "lessons_text"].flatMap((index) =>
    store.all(`SELECT rowid FROM ${index} WHERE ${index} MATCH ? ORDER BY rank LIMIT ?`, query, limit),
  );
  store.run("INSERT INTO young_text (young_text) VALUES ('delete-all')");
  return found.slice(0, limit).map(({ rowid }) => Number(rowid));
}
