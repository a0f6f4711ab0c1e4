import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { afterAll } from "vitest";
import { temporaryDirectory } from "../engine/telemetry/writing.ts";
import type { Place } from "./opened.ts";
import { emptyHome, storeContract } from "./store.ts";
import { withdrawalContract } from "./withdrawal.ts";

const directory = temporaryDirectory();
afterAll(() => directory[Symbol.dispose]());

let places = 0;

function makePlace(): Place {
  const home = emptyHome(directory.path, `home${places++}`);
  const change = (sql: string) => {
    const database = new DatabaseSync(join(home, "aistack.db"), { timeout: 5000 });
    database.exec(sql);
    database.close();
  };
  return {
    home,
    settings: [],
    forbid(table, column, word) {
      change(`CREATE TRIGGER forbid_${table} BEFORE INSERT ON ${table} WHEN NEW.${column} LIKE '%${word}%'
        BEGIN SELECT RAISE(ABORT, 'forbidden'); END`);
    },
    allow(table) {
      change(`DROP TRIGGER forbid_${table}`);
    },
    damage(sink, copies) {
      change(
        `UPDATE cursors SET body = body || 'x'${copies === "both" ? ", previous_body = ''" : ""} WHERE sink = '${sink}'`,
      );
    },
  };
}

storeContract("embedded", makePlace);
withdrawalContract("embedded", makePlace);
