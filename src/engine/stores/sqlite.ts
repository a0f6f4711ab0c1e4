import { accessSync, closeSync, constants, existsSync, openSync, statfsSync, statSync } from "node:fs";
import { dirname } from "node:path";
import { DatabaseSync, type SQLInputValue, type StatementSync } from "node:sqlite";
import { pathToFileURL } from "node:url";
import { diskFailure } from "../disk.ts";
import { Failure, messageOf } from "../errors.ts";
import { inodeKeyAt } from "../telemetry/identity.ts";
import type { Row } from "./cursor-rows.ts";
import { checkIntact, damaged, markClosed, versionOf, wasClosedWell } from "./sqlite-intact.ts";
import { emptyLaterTables, schema, schemaSteps, schemaVersion } from "./sqlite-schema.ts";
import { openTransactions } from "./sqlite-transactions.ts";

/**
 * The embedded store: one SQLite file (WAL, every commit synced). States: open, closed. Work handed to `commit` in the
 * same turn of the event loop shares one transaction, so sinks that keep step pay for one sync.
 */
export interface Embedded {
  readonly file: string;
  readonly readOnly: boolean;
  /** Whether a transaction is under way, so that what is read may not be committed. */
  readonly busy: () => boolean;
  /** Has work done at the start of every transaction, before anything is written in it. */
  onBegin(work: () => void): void;
  /** Runs a statement that changes something; only inside `commit`. Returns how many rows changed. */
  run(sql: string, ...values: SQLInputValue[]): number;
  /** Runs a statement that adds one row; only inside `commit`. Returns the row's key. */
  add(sql: string, ...values: SQLInputValue[]): number;
  all(sql: string, ...values: SQLInputValue[]): Row[];
  get(sql: string, ...values: SQLInputValue[]): Row | undefined;
  /**
   * Runs work in a transaction and resolves with its result once that is on disk, or, when it is only a trial, once it
   * is undone; where work beside it fails, it is undone and run again. Fails with `full`, `home`, `refused` or `corrupt`.
   */
  commit<T>(work: () => T, options?: { readonly trial?: boolean }): Promise<T>;
  /** What was looked up in the transaction under way; empty outside of one, and without what is undone of it. */
  readonly memo: Map<string, number>;
  /**
   * Announces work that will be handed to `commit` soon, so that it shares the next transaction: that waits for it, but
   * at most 20 ms. Returns what must be called once the work was handed over, or will not be.
   */
  soon(): () => void;
  /** How many transactions were synced, and the milliseconds spent on syncing them. */
  commits(): { readonly count: number; readonly ms: number };
  /** Adds the vector functions of sqlite-vec to this connection. */
  loadVectorFunctions(): Promise<void>;
  close(): void;
}

function primaryCode(error: unknown): number {
  return error instanceof Error && "errcode" in error && typeof error.errcode === "number" ? error.errcode & 0xff : 0;
}

// SQLITE_CORRUPT and SQLITE_NOTADB.
function isDamage(error: unknown): boolean {
  return primaryCode(error) === 11 || primaryCode(error) === 26;
}

function storeFailure(error: unknown, file: string, done = "written"): Error {
  const primary = primaryCode(error);
  const what = `The store ${file} was not ${done}`;
  const text = { what, why: messageOf(error), cause: error };
  if (primary === 13)
    return new Failure("full", { ...text, hint: "Make room on that disk; learning goes on by itself" });
  if (primary === 5 || primary === 6)
    return new Failure("silent", { ...text, hint: "Another process is using it; it is tried again" });
  if (primary === 10) {
    const why = hasRoom(dirname(file)) ? text.why : `the disk that holds it is full (${text.why})`;
    return new Failure("full", { ...text, why, hint: `Look at the disk: df -h ${dirname(file)}` });
  }
  if (primary === 14 && done === "read") {
    const hint = `Copy the home to a place that can be written, and look there with --home. Type: ls -l ${file}*`;
    return new Failure("home", { ...text, hint });
  }
  if (primary === 8 || primary === 14)
    return new Failure("home", { ...text, hint: "Make the home writable, or give another one with --home" });
  if (primary === 18 || primary === 19 || primary === 20)
    return new Failure("refused", { ...text, hint: "The lesson is listed by: aistack learn --rejected" });
  if (isDamage(error)) return damaged(file, messageOf(error), error);
  return diskFailure(error, what, file);
}

function storeGone(file: string): Failure {
  return new Failure("home", {
    what: `The store ${file} was not written`,
    why: "the file was removed or replaced while it was open",
    hint: "Put it back, or learn again from the logs: aistack learn",
  });
}

function hasRoom(directory: string): boolean {
  try {
    return statfsSync(directory).bavail > 0;
  } catch {
    return true;
  }
}

/** Opens, and unless it is only to be looked at creates, the embedded store. Fails with `home`, `corrupt` or `config`. */
export function openEmbedded(file: string, { readOnly = false }: { readOnly?: boolean } = {}): Embedded {
  const database = openDatabase(file, readOnly);
  const statements = new Map<string, StatementSync>();
  const prepare = (sql: string): StatementSync => {
    let statement = statements.get(sql);
    if (!statement) {
      statement = database.prepare(sql);
      statements.set(sql, statement);
    }
    return statement;
  };
  const read = <T>(work: () => T): T => {
    try {
      return work();
    } catch (error) {
      throw isDamage(error) ? storeFailure(error, file, "read") : error;
    }
  };
  const key = inodeKeyAt(file);
  const transactions = openTransactions(database, {
    check() {
      if (inodeKeyAt(file) !== key) throw storeGone(file);
    },
    failure: (error) => storeFailure(error, file),
  });
  let open = true;
  return {
    file,
    readOnly,
    busy: () => database.isTransaction,
    memo: transactions.memo,
    onBegin: transactions.onBegin,
    run: (sql, ...values) => Number(prepare(sql).run(...values).changes),
    add: (sql, ...values) => Number(prepare(sql).run(...values).lastInsertRowid),
    all: (sql, ...values) => read(() => prepare(sql).all(...values)),
    get: (sql, ...values) => read(() => prepare(sql).get(...values)),
    commit: transactions.commit,
    soon: transactions.soon,
    commits: transactions.spent,
    async loadVectorFunctions() {
      const { load } = await import("sqlite-vec");
      load(database);
    },
    close() {
      if (!open) return;
      open = false;
      transactions.abandon();
      database.close();
      if (!readOnly) markClosed(file);
    },
  };
}

// Others may make the tables at the same moment, so what is there is read again once nobody else writes.
function upgrade(database: DatabaseSync, file: string): void {
  database.exec("BEGIN IMMEDIATE");
  const version = versionOf(database, file);
  if (version < schemaVersion) {
    const change = version === 0 ? schema : schemaSteps.slice(version - 1).join("");
    database.exec(`${change} PRAGMA user_version=${schemaVersion}`);
  }
  database.exec("COMMIT");
}

function nothingYet(why: string): Failure {
  return new Failure("home", { what: "There is nothing to look at yet", why, hint: "Type: aistack learn --once" });
}

// Beside a store that is looked at SQLite keeps a file of its own. Where it cannot make one, nobody can write the store
// either; all of it is in its one file then, unless one that was copied there had not been closed.
function isStill(file: string): boolean {
  if ((statSync(`${file}-wal`, { throwIfNoEntry: false })?.size ?? 0) > 0 || existsSync(`${file}-shm`)) return false;
  try {
    accessSync(dirname(file), constants.W_OK);
    return false;
  } catch {
    return true;
  }
}

function stillAddress(file: string): URL {
  const address = pathToFileURL(file);
  address.searchParams.set("immutable", "1");
  return address;
}

function openDatabase(file: string, readOnly: boolean): DatabaseSync {
  if (readOnly && !existsSync(file)) {
    throw nothingYet(`${file} does not exist`);
  }
  let database: DatabaseSync | null = null;
  try {
    // Made here, because SQLite would make it readable by others.
    if (!readOnly) closeSync(openSync(file, "a", 0o600));
    const closedWell = wasClosedWell(file);
    database = new DatabaseSync(readOnly && isStill(file) ? stillAddress(file) : file, {
      readOnly,
      timeout: 5000,
      allowExtension: true,
    });
    if (!readOnly)
      database.exec(
        "PRAGMA page_size=8192; PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA cache_size=-8000; PRAGMA wal_autocheckpoint=8000; PRAGMA secure_delete=ON",
      );
    if (readOnly && statSync(file).size === 0) throw nothingYet(`${file} is empty`);
    database.exec("BEGIN");
    const version = versionOf(database, file);
    database.exec("COMMIT");
    if (version > schemaVersion) {
      throw new Failure("config", {
        what: `The store ${file} was not opened`,
        why: `it is of version ${version}, this program knows ${schemaVersion}`,
        hint: "Use the newer aistack that wrote it",
      });
    }
    // Whoever learns makes them right now, or was killed before it could.
    if (readOnly && version === 0) throw nothingYet(`${file} has no tables yet`);
    if (version > 0) checkIntact(database, file, { readOnly, closedWell, version });
    if (version < schemaVersion && !readOnly) upgrade(database, file);
    if (version > 0 && version < schemaVersion && readOnly) database.exec(emptyLaterTables(version));
    return database;
  } catch (error) {
    database?.close();
    throw error instanceof Failure ? error : storeFailure(error, file, readOnly ? "read" : "opened");
  }
}
