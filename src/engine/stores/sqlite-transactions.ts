import type { DatabaseSync } from "node:sqlite";
import { Failure } from "../errors.ts";

/**
 * The transactions of one connection. States: none, under way (work of one turn of the event loop is being done), open
 * (what was handed over is done, and waits for what was announced).
 */
export interface Transactions {
  /** Runs work in a transaction, shared with what else is handed over in the same turn of the event loop. */
  commit<T>(work: () => T, options?: { readonly trial?: boolean }): Promise<T>;
  /** Announces work, so that the next transaction waits for it, but at most 20 ms. */
  soon(): () => void;
  /** Has work done at the start of every transaction, before anything is written in it. */
  onBegin(work: () => void): void;
  readonly memo: Map<string, number>;
  spent(): { readonly count: number; readonly ms: number };
  /** Fails all that waits, or was done and is not committed. */
  abandon(): void;
}

const announcedWaitMs = 20;

interface Waiting {
  /** Does the work and returns what to call once it is on disk. */
  readonly run: () => () => void;
  readonly fail: (error: unknown) => void;
  readonly trial: boolean;
}

function storeClosed(): Failure {
  return new Failure("failed", { what: "Nothing was saved", why: "the store is closed" });
}

/** What transactions ask of the file they are written to. */
export interface StoreFile {
  /** Fails where what is committed would be in no file that anybody finds again. */
  check(): void;
  /** What an error of the database means. */
  failure(error: unknown): Error;
}

/** Opens them. */
export function openTransactions(database: DatabaseSync, { check, failure }: StoreFile): Transactions {
  const begin = database.prepare("BEGIN IMMEDIATE");
  const commit = database.prepare("COMMIT");
  const rollback = database.prepare("ROLLBACK");
  const savepoint = database.prepare("SAVEPOINT one");
  const release = database.prepare("RELEASE one");
  const spent = { count: 0, ms: 0 };
  const memo = new Map<string, number>();
  const beginnings: (() => void)[] = [];
  let queue: Waiting[] = [];
  let open = true;
  let announced = 0;
  let late: NodeJS.Timeout | null = null;
  // Work that is done in a transaction that waits for more.
  let early: { readonly group: readonly Waiting[]; readonly done: readonly (() => void)[] } | null = null;

  const start = () => {
    begin.run();
    for (const one of beginnings) one();
  };

  const undoAll = () => {
    if (database.isTransaction) rollback.run();
    memo.clear();
  };

  const undo = (remembered: number) => {
    for (const key of [...memo.keys()].slice(remembered)) memo.delete(key);
    database.exec("ROLLBACK TO one");
  };

  // Each by itself, so that only what fails is undone: under a savepoint every page is copied before it is changed.
  const workOffApart = (group: readonly Waiting[]) =>
    group.map((one) => {
      const remembered = memo.size;
      savepoint.run();
      try {
        const done = one.run();
        if (one.trial) undo(remembered);
        release.run();
        return done;
      } catch (error) {
        if (!database.isTransaction) throw error;
        undo(remembered);
        release.run();
        return () => one.fail(error);
      }
    });

  const workOff = (group: readonly Waiting[], rest: readonly Waiting[]) => {
    if (early === null) start();
    try {
      if (!group.some(({ trial }) => trial)) return [...(early?.done ?? []), ...rest.map((one) => one.run())];
    } catch {
      // What failed is found below.
    }
    undoAll();
    start();
    return workOffApart(group);
  };

  const flush = () => {
    if (late !== null) clearTimeout(late);
    late = null;
    const rest = queue;
    const group = [...(early?.group ?? []), ...rest];
    queue = [];
    if (group.length === 0) return;
    let settle: (() => void)[];
    try {
      settle = workOff(group, rest);
      check();
      const started = performance.now();
      commit.run();
      spent.ms += performance.now() - started;
      spent.count++;
    } catch (error) {
      undoAll();
      settle = group.map((one) => () => one.fail(error));
    }
    early = null;
    memo.clear();
    for (const one of settle) one();
  };

  // What is there already is done while the rest is awaited; its transaction stays open until then.
  const flushOrBegin = () => {
    if (queue.length === 0 || late !== null) return;
    if (announced === 0 || queue.some(({ trial }) => trial)) return flush();
    const group = queue;
    try {
      start();
      early = { group, done: group.map((one) => one.run()) };
      queue = [];
      late = setTimeout(flush, announcedWaitMs);
    } catch {
      undoAll();
      flush();
    }
  };

  return {
    memo,
    onBegin: (work) => void beginnings.push(work),
    commit<T>(work: () => T, { trial = false } = {}): Promise<T> {
      return new Promise((resolve, reject) => {
        if (!open) return reject(storeClosed());
        if (queue.length === 0) setImmediate(flushOrBegin);
        queue.push({
          trial,
          run: () => {
            const value = work();
            return () => resolve(value);
          },
          fail: (error) => reject(error instanceof Failure ? error : failure(error)),
        });
      });
    },
    soon() {
      announced++;
      let awaited = true;
      return () => {
        if (!awaited) return;
        awaited = false;
        announced--;
        if (announced === 0 && late !== null) setImmediate(flush);
      };
    },
    spent: () => ({ ...spent }),
    abandon() {
      open = false;
      if (late !== null) clearTimeout(late);
      for (const one of [...(early?.group ?? []), ...queue]) one.fail(storeClosed());
      queue = [];
      early = null;
    },
  };
}
