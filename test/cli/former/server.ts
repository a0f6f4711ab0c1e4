import { checksumOf } from "../../../src/engine/telemetry/cursor.ts";
import type { PostgresServer } from "../../engine/stores/postgres.ts";
import type { FormerHome } from "./home.ts";

const quoted = (text: string) => `'${text.replaceAll("'", "''")}'`;

/** Makes of an empty schema of today one of a former version, with the lessons and cursors of a former home in it. */
export function fillFormerSchema(server: PostgresServer, schema: string, former: FormerHome): void {
  const { lessons, inode } = former;
  const rows = lessons.map((one, index) => {
    const texts = [one.id, one.patternId, one.kind, one.prompt, one.response, one.backend].map(quoted).join(", ");
    const place = `${quoted(one.file)}, ${quoted(inode)}, ${one.offset}, ${one.bytes}, '${one.review}'`;
    return `(${index + 1}, ${texts}, 1, '', '{"iterations":1}', NULL, ${place}, '2026-01-01',
      array_to_tsvector(string_to_array(lower(${quoted(one.prompt)}), ' ')))`;
  });
  const cursors = ["rows", "dataset", "vectors", "neighbours"].map((sink) => {
    const [newest, previous] = [former.cursorBody(sink, "newest"), former.cursorBody(sink, "previous")];
    const texts = [sink, inode, newest, checksumOf(newest), previous, checksumOf(previous)].map(quoted).join(", ");
    return `(${texts}, '2026-01-01')`;
  });
  const names = lessons.map(({ id }, index) => `(${index + 1}, ${quoted(id)}`);
  server.sql(`SET search_path = ${schema};
    DROP TABLE aliases; DROP TABLE negatives; DROP TABLE withdrawn;
    DROP TABLE neighbours; DROP TABLE bands;
    CREATE TABLE neighbours (
      key bigint PRIMARY KEY, id text COLLATE "C" NOT NULL UNIQUE, signature bytea NOT NULL,
      nearest text, similarity double precision NOT NULL, value double precision NOT NULL
    );
    CREATE INDEX neighbours_high ON neighbours (key) WHERE value >= 0.7;
    CREATE INDEX neighbours_near ON neighbours (key) WHERE similarity >= 0.8;
    CREATE TABLE bands (band bigint NOT NULL, key bigint NOT NULL, PRIMARY KEY (band, key));
    ALTER TABLE neighbours OWNER TO ${server.user}; ALTER TABLE bands OWNER TO ${server.user};
    DELETE FROM migrations WHERE version > 1;
    DELETE FROM facts;
    INSERT INTO facts VALUES ('embedder', '384 lexical');
    INSERT INTO lessons VALUES ${rows.join(",\n")};
    INSERT INTO vectors VALUES ${names.map((name) => `${name}, decode(repeat('00', 1536), 'hex'))`).join(",")};
    INSERT INTO neighbours VALUES ${names.map((name) => `${name}, decode(repeat('00', 256), 'hex'), NULL, 0, 0.5)`).join(",")};
    INSERT INTO pairs VALUES ${names.map((name) => `${name})`).join(",")};
    INSERT INTO cursors VALUES ${cursors.join(",\n")};
    UPDATE lessons SET learned_at = '2026-01-02';
  `);
}
