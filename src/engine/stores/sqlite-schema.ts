/** The version of the tables below; a store of a later version is refused. */
export const schemaVersion = 3;

const nameIndex =
  "CREATE TABLE name_index (name ANY NOT NULL, key INTEGER NOT NULL, PRIMARY KEY (name)) STRICT, WITHOUT ROWID;";

const withdrawnTables = `
CREATE TABLE withdrawn (id INTEGER PRIMARY KEY) STRICT;
CREATE TABLE negatives (
  seq INTEGER PRIMARY KEY,
  id INTEGER NOT NULL UNIQUE,
  pattern_id TEXT NOT NULL,
  kind TEXT NOT NULL,
  prompt TEXT NOT NULL,
  response TEXT NOT NULL,
  chosen TEXT NOT NULL DEFAULT '',
  backend TEXT NOT NULL,
  timestamp TEXT NOT NULL,
  file TEXT NOT NULL,
  inode TEXT NOT NULL,
  offset INTEGER NOT NULL,
  bytes INTEGER NOT NULL,
  rejected_at TEXT NOT NULL
) STRICT;
`;

const neighbourTables = `
CREATE TABLE neighbours (
  key INTEGER PRIMARY KEY, id INTEGER NOT NULL UNIQUE, form BLOB NOT NULL, merit REAL NOT NULL, worth REAL NOT NULL,
  born INTEGER, nearest INTEGER, similarity REAL NOT NULL, value REAL NOT NULL, kept INTEGER
) STRICT;
CREATE INDEX neighbours_high ON neighbours (key) WHERE value >= 0.7;
CREATE INDEX neighbours_near ON neighbours (kept) WHERE kept IS NOT NULL;
CREATE TABLE bands (
  band INTEGER NOT NULL, key INTEGER NOT NULL, tag INTEGER NOT NULL, PRIMARY KEY (band, key)
) STRICT, WITHOUT ROWID;
`;

// Lessons are measured anew from their rows.
const measuredAnew = `
DROP TABLE neighbours;
DROP TABLE bands;
DELETE FROM facts WHERE name = 'bands.folded';
INSERT INTO facts (name, value) SELECT 'neighbours.unmeasured', '0' FROM lessons LIMIT 1;
`;

const aliasesTable = `
CREATE TABLE aliases (alias TEXT PRIMARY KEY, id TEXT NOT NULL) STRICT, WITHOUT ROWID;
`;

/** What makes of a store of version 1, 2, … one of the next; the first one began to index names apart from their table. */
export const schemaSteps: readonly string[] = [
  `
${nameIndex}
INSERT INTO name_index (name, key) SELECT name, key FROM names ORDER BY name;
INSERT OR REPLACE INTO facts (name, value) SELECT 'names.indexed', CAST(max(key) AS TEXT) FROM names HAVING max(key) > 0;
`,
  `${withdrawnTables}${measuredAnew}${neighbourTables}${aliasesTable}`,
];

// Lessons were measured otherwise before; what can be read of that is shown.
const formerNeighbours = `
CREATE TEMP VIEW neighbours AS SELECT key, id, zeroblob(0) AS form, 0.0 AS merit, 0.0 AS worth, NULL AS born, nearest,
  similarity, value, NULL AS kept FROM main.neighbours;
`;

// What a store of version 1, 2, … lacks of today's tables.
const laterTables = [nameIndex, withdrawnTables + aliasesTable];

/** Makes the tables that a store of an earlier version lacks, empty and for one connection, which only looks at it. */
export function emptyLaterTables(version: number): string {
  return laterTables
    .slice(version - 1)
    .join("")
    .replaceAll("CREATE TABLE", "CREATE TEMP TABLE")
    .concat(formerNeighbours);
}

/**
 * The tables of the embedded store; `id` and `nearest` are keys of `names`. The newest names are not in the index yet,
 * see the fact `names.indexed`.
 */
export const schema = `
CREATE TABLE names (key INTEGER PRIMARY KEY, name ANY NOT NULL) STRICT;
${nameIndex}
CREATE TABLE lessons (
  seq INTEGER PRIMARY KEY,
  id INTEGER NOT NULL UNIQUE,
  pattern_id TEXT NOT NULL,
  kind TEXT NOT NULL,
  prompt TEXT NOT NULL,
  response TEXT NOT NULL,
  backend TEXT NOT NULL,
  iterations INTEGER NOT NULL,
  timestamp TEXT NOT NULL,
  success_metrics TEXT NOT NULL,
  feedback INTEGER,
  file TEXT NOT NULL,
  inode TEXT NOT NULL,
  offset INTEGER NOT NULL,
  bytes INTEGER NOT NULL,
  review TEXT NOT NULL DEFAULT 'pending' CHECK (review IN ('pending', 'approved', 'rejected')),
  learned_at TEXT NOT NULL
) STRICT;
CREATE INDEX lessons_reviewed ON lessons (review) WHERE review <> 'pending';
CREATE VIRTUAL TABLE lessons_text USING fts5(prompt, response, content='lessons', content_rowid='seq', detail=none, columnsize=0);
CREATE TABLE vectors (key INTEGER PRIMARY KEY, id INTEGER NOT NULL UNIQUE, embedding BLOB NOT NULL) STRICT;
${neighbourTables}CREATE TABLE pairs (key INTEGER PRIMARY KEY, id INTEGER NOT NULL UNIQUE) STRICT;
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
${withdrawnTables}
${aliasesTable}
`;
