import { existsSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import type { DatabaseSync } from "node:sqlite";
import { Failure } from "../errors.ts";
import { schemaVersion } from "./sqlite-schema.ts";
import { tables } from "./tables.ts";

/*
 * Whether a store is whole is asked before anything is learned on it. To look at every page takes about a second for a
 * gigabyte in memory and ten from a slow disk, so it is only done where something may have happened: a store is
 * *closed well* when the last that wrote to it noted its size, its time and its inode beside it, and they are still the
 * same. Any other store is looked through at its next start, and a small one at every start. Of a large one only the
 * small tables are, which hold the places and counts; the doctor looks at everything. SQLite keeps no checksums of
 * pages: letters that changed inside a text are not seen by anybody.
 */

const mebibyte = 1024 * 1024;
/** Up to this size the look takes less than a tenth of a second. */
const alwaysBytes = 64 * mebibyte;
/** Up to this size everything is looked at: a quarter of a second, or what a slow disk takes to read that much. */
const wholeBytes = 256 * mebibyte;
/** While somebody else may be learning, those who only look take no longer than they must. */
const lookingBytes = 16 * mebibyte;
const bodies: ReadonlySet<string> = new Set(["lessons", "vectors", "lessons_text_data"]);

function markFile(file: string): string {
  return `${file}.closed`;
}

function markOf(file: string): string {
  const { size, mtimeNs, ino } = statSync(file, { bigint: true });
  return JSON.stringify({ bytes: String(size), mtimeNs: String(mtimeNs), inode: String(ino) });
}

function hasWal(file: string): boolean {
  return (statSync(`${file}-wal`, { throwIfNoEntry: false })?.size ?? 0) > 0;
}

/** Notes that a store was closed well, unless somebody else still has it open. */
export function markClosed(file: string): void {
  try {
    if (!existsSync(`${file}-wal`)) writeFileSync(markFile(file), markOf(file), { mode: 0o600 });
  } catch {
    // An older note tells of an older file, so the next start looks through the store: right where a disk is full or gone.
  }
}

/** Takes the note away, so that the store is looked through at its next start. */
export function forgetClosed(file: string): void {
  rmSync(markFile(file), { force: true });
}

/** Whether a store is as it was when it was closed well. Asked before it is opened: opening may change it. */
export function wasClosedWell(file: string): boolean {
  try {
    return !hasWal(file) && readFileSync(markFile(file), "utf8") === markOf(file);
  } catch {
    // A note that is not there, or cannot be read, says nothing; then the store is looked through.
    return false;
  }
}

/** The failure of a store that is damaged, with what to type. */
export function damaged(file: string, why: string, cause?: unknown): Failure {
  const wal = existsSync(`${file}-wal`) ? `mv ${file}-wal ${file}.damaged-wal; rm -f ${file}-shm; ` : "";
  return new Failure("corrupt", {
    what: `The store ${file} is damaged`,
    why,
    hint: `Keep it aside and learn again from the logs: mv ${file} ${file}.damaged; ${wal}aistack learn --once`,
    cause,
  });
}

// No version to come is beyond this; what is more is no version but damage.
const knownVersions = 1000;

/**
 * The version of the tables, 0 where there are none yet. Fails with `corrupt` where the header and the tables do not
 * belong together. Asked in a transaction, so that nobody changes them in between.
 */
export function versionOf(database: DatabaseSync, file: string): number {
  const version = Number(database.prepare("PRAGMA user_version").get()?.user_version ?? 0);
  const names = new Set(
    database
      .prepare("SELECT name FROM sqlite_master")
      .all()
      .map(({ name }) => String(name)),
  );
  const isNewer = version === 1 && names.has("name_index");
  if (version < 0 || version > knownVersions || isNewer || (version === 0) !== (names.size === 0)) {
    throw damaged(file, `its header says that it is of version ${version}, and its tables are not`);
  }
  return version;
}

function checked(database: DatabaseSync, table: string): string {
  const { quick_check } = database.prepare(`PRAGMA quick_check("${table}")`).get() ?? {};
  return String(quick_check ?? "no answer");
}

/** Fails with `corrupt` where a table is missing or, as far as it is looked at, not as SQLite writes it. */
export function checkIntact(
  database: DatabaseSync,
  file: string,
  {
    readOnly,
    closedWell,
    version,
  }: { readonly readOnly: boolean; readonly closedWell: boolean; readonly version: number },
): void {
  const rows = database.prepare("SELECT name, sql FROM sqlite_master WHERE type = 'table'").all();
  const names = rows.map(({ name }) => String(name));
  // An older version has fewer tables; which ones, the steps to this one know.
  const wanted = version < schemaVersion ? [] : ["names", "lessons_text", ...tables.map(({ name }) => name)];
  const missing = wanted.filter((name) => !names.includes(name));
  if (missing.length > 0) throw damaged(file, `it has no table ${missing.join(", ")}`);
  const { size } = statSync(file);
  const most = !readOnly ? alwaysBytes : hasWal(file) ? lookingBytes : closedWell ? 0 : alwaysBytes;
  if (size > most && (closedWell || readOnly)) return;
  for (const { name, sql } of rows) {
    const table = String(name);
    // The index of words is made of tables that are looked at themselves.
    if (String(sql).startsWith("CREATE VIRTUAL") || (size > wholeBytes && bodies.has(table))) continue;
    const found = checked(database, table);
    if (found !== "ok") throw damaged(file, found.replaceAll("\n", "; "));
  }
}
