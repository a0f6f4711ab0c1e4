/** What a value of a column is: text, a whole number, a number, or bytes. */
export type ColumnType = "text" | "whole" | "number" | "bytes";

/** A table that every store keeps, with its columns; the first `keys` of them name a row and give its place in order. */
export interface Table {
  readonly name: string;
  readonly keys: number;
  readonly columns: readonly (readonly [name: string, type: ColumnType])[];
}

/** One value of a row. */
export type Value = string | number | Uint8Array | null;

/** A row's values, in the order of its table's columns. */
export type Values = readonly Value[];

/** The tables of a store, to read or to fill them whole. */
export interface Tables {
  count(table: Table): Promise<number>;
  /** The next rows after a key, in order of the key (numbers by size, text by its bytes). */
  read(table: Table, after: Values | null, limit: number): Promise<Values[]>;
  /** Adds rows that are not there yet, and saves how far that is, in one transaction. */
  write(table: Table, rows: readonly Values[], mark: string): Promise<void>;
  /** What the last write or `clear` saved, or null. */
  mark(): Promise<string | null>;
  /** Takes all rows out of a table. */
  clear(table: Table): Promise<void>;
  /** Makes what follows from the rows, such as the index of words, and saves how far that is. */
  finish(mark: string): Promise<void>;
  /** Forgets what was saved of how far it is. */
  forget(): Promise<void>;
}

const whole = "whole" as const;
const text = "text" as const;

/** Every table, in the order in which they are moved. */
export const tables: readonly Table[] = [
  {
    name: "lessons",
    keys: 1,
    columns: [
      ["seq", whole],
      ["id", text],
      ["pattern_id", text],
      ["kind", text],
      ["prompt", text],
      ["response", text],
      ["backend", text],
      ["iterations", whole],
      ["timestamp", text],
      ["success_metrics", text],
      ["feedback", whole],
      ["file", text],
      ["inode", text],
      ["offset", whole],
      ["bytes", whole],
      ["review", text],
      ["learned_at", text],
    ],
  },
  {
    name: "vectors",
    keys: 1,
    columns: [
      ["key", whole],
      ["id", text],
      ["embedding", "bytes"],
    ],
  },
  {
    name: "neighbours",
    keys: 1,
    columns: [
      ["key", whole],
      ["id", text],
      ["form", "bytes"],
      ["merit", "number"],
      ["worth", "number"],
      ["born", whole],
      ["nearest", text],
      ["similarity", "number"],
      ["value", "number"],
      ["kept", text],
    ],
  },
  {
    name: "bands",
    keys: 2,
    columns: [
      ["band", whole],
      ["key", whole],
      ["tag", whole],
    ],
  },
  {
    name: "aliases",
    keys: 1,
    columns: [
      ["alias", text],
      ["id", text],
    ],
  },
  {
    name: "pairs",
    keys: 1,
    columns: [
      ["key", whole],
      ["id", text],
    ],
  },
  {
    name: "withdrawn",
    keys: 1,
    columns: [["id", text]],
  },
  {
    name: "negatives",
    keys: 1,
    columns: [
      ["seq", whole],
      ["id", text],
      ["pattern_id", text],
      ["kind", text],
      ["prompt", text],
      ["response", text],
      ["chosen", text],
      ["backend", text],
      ["timestamp", text],
      ["file", text],
      ["inode", text],
      ["offset", whole],
      ["bytes", whole],
      ["rejected_at", text],
    ],
  },
  {
    name: "cursors",
    keys: 2,
    columns: [
      ["sink", text],
      ["inode", text],
      ["body", text],
      ["checksum", text],
      ["previous_body", text],
      ["previous_checksum", text],
      ["saved_at", text],
    ],
  },
  {
    name: "tallies",
    keys: 3,
    columns: [
      ["source", text],
      ["what", text],
      ["reason", text],
      ["count", whole],
    ],
  },
  {
    name: "bad_lines",
    keys: 1,
    columns: [
      ["seq", whole],
      ["file", text],
      ["inode", text],
      ["offset", whole],
      ["bytes", whole],
      ["reason", text],
      ["found_at", text],
    ],
  },
  {
    name: "proposals",
    keys: 1,
    columns: [
      ["hash", text],
      ["body", text],
      ["status", text],
    ],
  },
  {
    name: "facts",
    keys: 1,
    columns: [
      ["name", text],
      ["value", text],
    ],
  },
];
