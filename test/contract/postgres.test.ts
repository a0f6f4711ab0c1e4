import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, describe } from "vitest";
import { startPostgres } from "../engine/stores/postgres.ts";
import { temporaryDirectory } from "../engine/telemetry/writing.ts";
import { needs } from "../parts.ts";
import { emptyHome, storeContract } from "./store.ts";

const missing = needs("postgres").missing;
const server = missing ? null : await startPostgres();
const directory = temporaryDirectory();
afterAll(async () => {
  await server?.[Symbol.asyncDispose]();
  directory[Symbol.dispose]();
});

let places = 0;

describe.skipIf(missing)("PostgreSQL", () => {
  storeContract("on a PostgreSQL server", () => {
    if (server === null) throw new Error("there is no server");
    const schema = `home${places++}`;
    const home = emptyHome(directory.path, schema);
    mkdirSync(join(home, "secrets"));
    writeFileSync(join(home, "secrets/postgres_password"), server.password, { mode: 0o600 });
    return {
      home,
      settings: server.settings(schema),
      forbid(table, column, word) {
        server.sql(`ALTER TABLE ${schema}.${table} ADD CHECK (${column} NOT LIKE '%${word}%')`);
      },
      damage(sink, copies) {
        const both = copies === "both" ? ", previous_body = ''" : "";
        server.sql(`UPDATE ${schema}.cursors SET body = body || 'x'${both} WHERE sink = '${sink}'`);
      },
    };
  });
});
