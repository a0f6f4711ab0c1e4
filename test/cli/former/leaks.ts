import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";

/** Where one of some words stands in a file below a directory. */
export interface Leak {
  readonly file: string;
  readonly word: string;
}

function filesIn(directory: string, except: readonly string[]): string[] {
  const entries = existsSync(directory) ? readdirSync(directory, { withFileTypes: true }) : [];
  return entries.flatMap((entry) => {
    const path = join(directory, entry.name);
    if (except.includes(path)) return [];
    if (entry.isDirectory()) return filesIn(path, except);
    return entry.isFile() ? [path] : [];
  });
}

function readNow(file: string): Buffer {
  try {
    return readFileSync(file);
  } catch {
    // It was renamed or removed since it was listed.
    return Buffer.alloc(0);
  }
}

/** Every place of some words in the files below a directory, byte for byte; what a database does not use any more too. */
export function leaksIn(directory: string, words: readonly string[], except: readonly string[] = []): Leak[] {
  return filesIn(directory, except).flatMap((file) => {
    const bytes = readNow(file);
    return words.filter((word) => bytes.includes(word)).map((word) => ({ file, word }));
  });
}

/** The words of a store's text index that are among some, in lower case as they stand there. */
export function indexedAmong(file: string, words: readonly string[]): string[] {
  const database = new DatabaseSync(file, { readOnly: true });
  try {
    database.exec("CREATE VIRTUAL TABLE temp.vocabulary USING fts5vocab(main, lessons_text, 'row')");
    const terms = new Set(
      database
        .prepare("SELECT term FROM vocabulary")
        .all()
        .map(({ term }) => String(term)),
    );
    const tokens = words.flatMap((word) => word.toLowerCase().match(/[a-z0-9]{6,}/g) ?? []);
    return tokens.filter((token) => terms.has(token));
  } finally {
    database.close();
  }
}
