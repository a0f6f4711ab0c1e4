import { createHash } from "node:crypto";
import { Failure } from "../errors.ts";
import type { Ask, Postgres } from "./postgres.ts";

/** The steps that make the tables, in order; a step is never changed once it was released, only followed by another. */
const steps: readonly string[] = [
  `
CREATE TABLE lessons (
  seq bigint PRIMARY KEY,
  id text COLLATE "C" NOT NULL UNIQUE,
  pattern_id text NOT NULL,
  kind text NOT NULL,
  prompt text NOT NULL,
  response text NOT NULL,
  backend text NOT NULL,
  iterations bigint NOT NULL,
  timestamp text COLLATE "C" NOT NULL,
  success_metrics text NOT NULL,
  feedback bigint,
  file text NOT NULL,
  inode text NOT NULL,
  "offset" bigint NOT NULL,
  bytes bigint NOT NULL,
  review text NOT NULL DEFAULT 'pending' CHECK (review IN ('pending', 'approved', 'rejected')),
  learned_at text NOT NULL,
  words tsvector NOT NULL
);
CREATE INDEX lessons_reviewed ON lessons (review) WHERE review <> 'pending';
CREATE INDEX lessons_words ON lessons USING gin (words);
CREATE TABLE vectors (key bigint PRIMARY KEY, id text COLLATE "C" NOT NULL UNIQUE, embedding bytea NOT NULL);
CREATE TABLE neighbours (
  key bigint PRIMARY KEY, id text COLLATE "C" NOT NULL UNIQUE, signature bytea NOT NULL,
  nearest text, similarity double precision NOT NULL, value double precision NOT NULL
);
CREATE INDEX neighbours_high ON neighbours (key) WHERE value >= 0.7;
CREATE INDEX neighbours_near ON neighbours (key) WHERE similarity >= 0.8;
CREATE TABLE bands (band bigint NOT NULL, key bigint NOT NULL, PRIMARY KEY (band, key));
CREATE TABLE pairs (key bigint PRIMARY KEY, id text COLLATE "C" NOT NULL UNIQUE);
CREATE TABLE cursors (
  sink text COLLATE "C" NOT NULL, inode text COLLATE "C" NOT NULL, body text NOT NULL, checksum text NOT NULL,
  previous_body text NOT NULL DEFAULT '', previous_checksum text NOT NULL DEFAULT '', saved_at text NOT NULL,
  delivery text NOT NULL DEFAULT '',
  PRIMARY KEY (sink, inode)
);
CREATE TABLE tallies (
  source text COLLATE "C" NOT NULL, what text COLLATE "C" NOT NULL, reason text COLLATE "C" NOT NULL,
  count bigint NOT NULL, PRIMARY KEY (source, what, reason)
);
CREATE TABLE bad_lines (
  seq bigint PRIMARY KEY, file text NOT NULL, inode text NOT NULL, "offset" bigint NOT NULL, bytes bigint NOT NULL,
  reason text NOT NULL, found_at text NOT NULL
);
CREATE TABLE proposals (hash text COLLATE "C" PRIMARY KEY, body text NOT NULL, status text NOT NULL DEFAULT 'pending');
CREATE TABLE facts (name text COLLATE "C" PRIMARY KEY, value text NOT NULL);
`,
  `
CREATE TABLE withdrawn (id text COLLATE "C" PRIMARY KEY);
CREATE TABLE aliases (alias text COLLATE "C" PRIMARY KEY, id text COLLATE "C" NOT NULL);
CREATE TABLE negatives (
  seq bigint PRIMARY KEY,
  id text COLLATE "C" NOT NULL UNIQUE,
  pattern_id text NOT NULL,
  kind text NOT NULL,
  prompt text NOT NULL,
  response text NOT NULL,
  chosen text NOT NULL DEFAULT '',
  backend text NOT NULL,
  timestamp text COLLATE "C" NOT NULL,
  file text NOT NULL,
  inode text NOT NULL,
  "offset" bigint NOT NULL,
  bytes bigint NOT NULL,
  rejected_at text NOT NULL
);
DROP TABLE neighbours;
DROP TABLE bands;
CREATE TABLE neighbours (
  key bigint PRIMARY KEY, id text COLLATE "C" NOT NULL UNIQUE, form bytea NOT NULL, merit double precision NOT NULL,
  worth double precision NOT NULL, born bigint, nearest text COLLATE "C", similarity double precision NOT NULL,
  value double precision NOT NULL, kept text COLLATE "C"
);
CREATE INDEX neighbours_high ON neighbours (key) WHERE value >= 0.7;
CREATE INDEX neighbours_near ON neighbours (kept) WHERE kept IS NOT NULL;
CREATE TABLE bands (band bigint NOT NULL, key bigint NOT NULL, tag bigint NOT NULL, PRIMARY KEY (band, key));
INSERT INTO facts (name, value) SELECT 'neighbours.unmeasured', '0' FROM lessons LIMIT 1 ON CONFLICT DO NOTHING;
`,
];

function checksum(step: string): string {
  return createHash("sha256").update(step).digest("hex");
}

// Steps already taken, checked against what this program would have done; fails with `config` for a later version.
async function taken(ask: Ask, place: string): Promise<number> {
  const rows = await ask("SELECT version, checksum FROM migrations ORDER BY version");
  for (const row of rows) {
    const version = Number(row.version);
    const step = steps[version - 1];
    const what = `The store ${place} was not opened`;
    if (step === undefined) {
      throw new Failure("config", {
        what,
        why: `it is of version ${version}, this program knows ${steps.length}`,
        hint: "Use the newer aistack that wrote it",
      });
    }
    if (checksum(step) !== row.checksum) {
      throw new Failure("config", {
        what,
        why: `its tables were made by another step ${version} than this program's`,
        hint: "Use the aistack that made them, or another schema: aistack config set postgres.schema NAME",
      });
    }
  }
  return rows.length;
}

/** The version of the tables that are there, 0 where there are none; fails with `config` for a later version. */
export async function tablesVersion({ ask, schema, place }: Postgres): Promise<number> {
  const [found] = await ask("SELECT to_regclass($1) IS NOT NULL AS there", [`${schema}.migrations`]);
  return found?.there === true ? taken(ask, place) : 0;
}

/** Fails with `config` for tables of an older version: a look must not change them, and cannot read them. */
export function checkNotOlder(postgres: Postgres, version: number): void {
  if (version === steps.length) return;
  throw new Failure("config", {
    what: `The store ${postgres.place} was not opened to look at it`,
    why: `it was kept by an older aistack (its tables are of version ${version}, this program's of ${steps.length})`,
    hint: "Bring it up to date. Type: aistack learn --once",
  });
}

/** Makes the tables, or brings them up to date; one process at a time. Fails with `config` for a later version. */
export async function migrate(postgres: Postgres): Promise<void> {
  const { schema, place } = postgres;
  if ((await tablesVersion(postgres)) === steps.length) return;
  await postgres.transaction(`The tables of ${place} were not made`, async (ask) => {
    await ask("SELECT pg_advisory_xact_lock(hashtextextended($1, 0))", [`aistack ${schema}`]);
    const [there] = await ask("SELECT to_regnamespace($1) IS NOT NULL AS there", [schema]);
    if (there?.there !== true) await ask(`CREATE SCHEMA ${schema}`);
    await ask(
      "CREATE TABLE IF NOT EXISTS migrations (version integer PRIMARY KEY, checksum text NOT NULL, at timestamptz NOT NULL DEFAULT now())",
    );
    const done = await taken(ask, place);
    for (const [index, step] of steps.entries()) {
      if (index < done) continue;
      for (const statement of step.split(";").filter((text) => text.trim() !== "")) await ask(statement);
      await ask("INSERT INTO migrations (version, checksum) VALUES ($1, $2)", [index + 1, checksum(step)]);
    }
  });
}
