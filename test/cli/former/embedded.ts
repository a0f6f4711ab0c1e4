import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { lexical } from "../../../src/engine/learning/lexical.ts";
import { checksumOf } from "../../../src/engine/telemetry/cursor.ts";
import { type FormerHome, person, token } from "./home.ts";

const tables = `
PRAGMA page_size=8192; PRAGMA journal_mode=WAL; PRAGMA secure_delete=OFF;
CREATE TABLE names (key INTEGER PRIMARY KEY, name ANY NOT NULL) STRICT;
CREATE TABLE name_index (name ANY NOT NULL, key INTEGER NOT NULL, PRIMARY KEY (name)) STRICT, WITHOUT ROWID;
CREATE TABLE lessons (
  seq INTEGER PRIMARY KEY, id INTEGER NOT NULL UNIQUE, pattern_id TEXT NOT NULL, kind TEXT NOT NULL,
  prompt TEXT NOT NULL, response TEXT NOT NULL, backend TEXT NOT NULL, iterations INTEGER NOT NULL,
  timestamp TEXT NOT NULL, success_metrics TEXT NOT NULL, feedback INTEGER, file TEXT NOT NULL, inode TEXT NOT NULL,
  offset INTEGER NOT NULL, bytes INTEGER NOT NULL,
  review TEXT NOT NULL DEFAULT 'pending' CHECK (review IN ('pending', 'approved', 'rejected')), learned_at TEXT NOT NULL
) STRICT;
CREATE INDEX lessons_reviewed ON lessons (review) WHERE review <> 'pending';
CREATE VIRTUAL TABLE lessons_text USING fts5(prompt, response, content='lessons', content_rowid='seq', detail=none, columnsize=0);
CREATE TABLE vectors (key INTEGER PRIMARY KEY, id INTEGER NOT NULL UNIQUE, embedding BLOB NOT NULL) STRICT;
CREATE TABLE neighbours (
  key INTEGER PRIMARY KEY, id INTEGER NOT NULL UNIQUE, signature BLOB NOT NULL, nearest INTEGER,
  similarity REAL NOT NULL, value REAL NOT NULL
) STRICT;
CREATE INDEX neighbours_high ON neighbours (key) WHERE value >= 0.7;
CREATE INDEX neighbours_near ON neighbours (key) WHERE similarity >= 0.8;
CREATE TABLE bands (band INTEGER NOT NULL, key INTEGER NOT NULL, PRIMARY KEY (band, key)) STRICT, WITHOUT ROWID;
CREATE TABLE pairs (key INTEGER PRIMARY KEY, id INTEGER NOT NULL UNIQUE) STRICT;
CREATE TABLE cursors (
  sink TEXT NOT NULL, inode TEXT NOT NULL, body TEXT NOT NULL, checksum TEXT NOT NULL,
  previous_body TEXT NOT NULL DEFAULT '', previous_checksum TEXT NOT NULL DEFAULT '', saved_at TEXT NOT NULL,
  PRIMARY KEY (sink, inode)
) STRICT, WITHOUT ROWID;
CREATE TABLE tallies (
  source TEXT NOT NULL, what TEXT NOT NULL, reason TEXT NOT NULL, count INTEGER NOT NULL,
  PRIMARY KEY (source, what, reason)
) STRICT, WITHOUT ROWID;
CREATE TABLE bad_lines (
  seq INTEGER PRIMARY KEY, file TEXT NOT NULL, inode TEXT NOT NULL, offset INTEGER NOT NULL, bytes INTEGER NOT NULL,
  reason TEXT NOT NULL, found_at TEXT NOT NULL
) STRICT;
CREATE TABLE proposals (
  hash TEXT PRIMARY KEY, body TEXT NOT NULL, status TEXT NOT NULL DEFAULT 'pending'
) STRICT, WITHOUT ROWID;
CREATE TABLE facts (name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID;
PRAGMA user_version=2;
`;

/** Writes the store of a former version as it left it: version 2, with what was deleted still in its unused pages. */
export async function writeFormerStore(former: FormerHome): Promise<readonly string[]> {
  const { home, lessons, inode, log } = former;
  const planted = [...former.planted];
  const database = new DatabaseSync(join(home, "aistack.db"));
  database.exec(tables);
  database.exec("BEGIN");
  const add = (sql: string) => database.prepare(sql);
  const insertName = add("INSERT INTO names (key, name) VALUES (?, ?)");
  const insertIndex = add("INSERT INTO name_index (name, key) VALUES (?, ?)");
  const insertLesson = add(
    `INSERT INTO lessons VALUES (?, ?, ?, ?, ?, ?, ?, 1, '', '{"iterations":1}', NULL, ?, ?, ?, ?, ?, '2026-01-01T00:00:00.000Z')`,
  );
  const insertText = add("INSERT INTO lessons_text (rowid, prompt, response) VALUES (?, ?, ?)");
  const insertVector = add("INSERT INTO vectors (id, embedding) VALUES (?, ?)");
  const insertNeighbour = add("INSERT INTO neighbours VALUES (?, ?, ?, NULL, 0, 0.5)");
  const insertBand = add("INSERT OR IGNORE INTO bands VALUES (?, ?)");
  const insertPair = add("INSERT INTO pairs (id) VALUES (?)");
  const indexed = lessons.length >> 1;
  for (const [index, one] of lessons.entries()) {
    const key = index + 1;
    const name = Buffer.from(one.id, "hex");
    insertName.run(key, name);
    if (index < indexed) insertIndex.run(name, key);
    const { patternId, kind, prompt, response, backend, file, offset, bytes, review } = one;
    insertLesson.run(key, key, patternId, kind, prompt, response, backend, file, inode, offset, bytes, review);
    if (index < indexed) insertText.run(key, prompt, response);
    const [vector] = await lexical.embed([`${prompt}\n${response}`]);
    if (vector) insertVector.run(key, new Uint8Array(vector.buffer, vector.byteOffset, vector.byteLength));
    insertNeighbour.run(key, key, Buffer.alloc(256, key));
    for (let band = 0; band < 8; band++) insertBand.run(1000 * band + key, key);
    insertPair.run(key);
  }
  const fact = add("INSERT INTO facts VALUES (?, ?)");
  fact.run("names.indexed", String(indexed));
  fact.run("text.indexed", String(indexed));
  fact.run("bands.folded", String(lessons.length));
  fact.run("embedder", "384 lexical");
  const saveCursor = add("INSERT INTO cursors VALUES (?, ?, ?, ?, ?, ?, '2026-01-01T00:00:00.000Z')");
  for (const sink of ["rows", "dataset", "vectors", "neighbours"]) {
    const [newest, previous] = [former.cursorBody(sink, "newest"), former.cursorBody(sink, "previous")];
    saveCursor.run(sink, inode, newest, checksumOf(newest), previous, checksumOf(previous));
  }
  const secret = (name: string) => {
    planted.push(token(name));
    return token(name);
  };
  planted.push(person("proposal"));
  const proposal = {
    proposal_id: "1",
    proposal_type: "dependency_check_addition",
    title: `Check ${secret("proposal")} before work starts`,
    rationale: `/home/${person("proposal")}/x could not be reached`,
    recommended_action: "Add a health check",
    evidence: { host: secret("evidence") },
    status: "pending",
    proposal_hash: "abc",
  };
  add("INSERT INTO proposals (hash, body) VALUES ('abc', ?)").run(JSON.stringify(proposal));
  add("INSERT INTO bad_lines VALUES (1, ?, ?, 0, 10, 'malformed_json', '2026-01-01T00:00:00.000Z')").run(log, inode);
  add("INSERT INTO tallies VALUES (?, 'events', '', 5)").run(log);
  database.exec("COMMIT");
  // Pages that nothing uses any more, with words in them.
  database.exec("CREATE TABLE passing (words TEXT)");
  const pass = add("INSERT INTO passing VALUES (?)");
  for (let index = 0; index < 50; index++) pass.run(`${`${secret(`passing${index}`)} `.repeat(300)}`);
  database.exec("DROP TABLE passing; PRAGMA wal_checkpoint(TRUNCATE)");
  database.close();
  return [...planted, ...former.planted];
}
