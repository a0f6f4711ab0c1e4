import { join } from "node:path";
import { expect, test } from "vitest";
import { openEmbedded } from "../../../src/engine/stores/sqlite.ts";
import { temporaryDirectory } from "../telemetry/writing.ts";

function change(file: string, ...changes: readonly string[]): void {
  const store = openEmbedded(file);
  for (const sql of changes) store.get(sql);
  store.close();
}

test("a table that is missing is damage in a store of this version, and none in an older one", () => {
  using directory = temporaryDirectory();
  const [now, older] = [join(directory.path, "now.db"), join(directory.path, "older.db")];
  change(now, "DROP TABLE proposals");
  for (const readOnly of [false, true]) {
    expect(() => openEmbedded(now, { readOnly })).toThrow(/is damaged: it has no table proposals/);
  }
  const later = ["name_index", "withdrawn", "negatives", "aliases"].map((table) => `DROP TABLE ${table}`);
  change(older, "DROP TABLE proposals", ...later, "PRAGMA user_version=1");
  openEmbedded(older, { readOnly: true }).close();
  openEmbedded(older).close();
});
