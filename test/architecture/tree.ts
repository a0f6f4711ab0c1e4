import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join, posix } from "node:path";
import { codeLines } from "./code-lines.ts";
import { type Import, importsOf } from "./imports.ts";
import { type Place, parseSource } from "./syntax.ts";

/** The rooms from left to right: a file may import from its own room and from those before it. */
export const rooms: readonly string[] = ["engine", "services", "tui", "cli"];

/** One broken rule, and what to do about it. */
export interface Violation {
  readonly file: string;
  readonly line: number;
  readonly rule: string;
  readonly todo: string;
}

/** A rule looks at the whole tree and says where it is broken. */
export type Rule = (tree: Tree) => Iterable<Violation>;

/** A source tree: what is parsed, and what could not be. Paths are relative to its root, with forward slashes. */
export interface Tree {
  readonly paths: readonly string[];
  readonly sources: readonly Source[];
  readonly unreadable: readonly Violation[];
}

/** An import and the place it stands at; `target` is the path in the tree when the specifier is a path. */
export interface Arrow extends Import {
  readonly line: number;
  readonly target: string | undefined;
}

/** One parsed file of the tree. */
export interface Source {
  readonly path: string;
  /** The room it lies in: the first directory under `src`, `bin`, or an empty string. */
  readonly room: string;
  readonly codeLines: number;
  readonly places: readonly Place[];
  readonly imports: readonly Arrow[];
  /** The 1-based line of an offset in the text. */
  lineOf(offset: number): number;
}

/** Reads and parses every file under `src` and `bin` of a project. */
export function readTree(root: string): Tree {
  const paths = ["bin", "src"]
    .filter((folder) => existsSync(join(root, folder)))
    .flatMap((folder) => list(root, folder));
  const sources: Source[] = [];
  const unreadable: Violation[] = [];
  for (const path of paths.filter((path) => /\.[cm]?[jt]sx?$/.test(path))) {
    try {
      sources.push(readSource(path, readFileSync(join(root, path), "utf8")));
    } catch (error) {
      unreadable.push({ file: path, line: 1, rule: "syntax", todo: `make it parse: ${String(error)}` });
    }
  }
  return { paths, sources, unreadable };
}

/** The room a path lies in: the first directory under `src`, `bin`, or an empty string for anything else. */
export function roomOf(path: string): string {
  const [top, room, file] = path.split("/");
  if (top === "src" && file !== undefined) return room ?? "";
  return top === "bin" ? "bin" : "";
}

const parsed = new Map<string, Source>();

/** Parses once what many copies of a tree have in common. */
function readSource(path: string, text: string): Source {
  const key = `${path}\n${text}`;
  const source = parsed.get(key) ?? parse(path, text);
  parsed.set(key, source);
  return source;
}

function parse(path: string, text: string): Source {
  const places = parseSource(text, path);
  const lineOf = (offset: number) => text.slice(0, offset).split("\n").length;
  const imports = importsOf(places).map((found) => {
    const { specifier, offset } = found;
    const target = specifier?.startsWith(".") ? posix.join(posix.dirname(path), specifier) : undefined;
    return { ...found, line: lineOf(offset), target };
  });
  return { path, room: roomOf(path), codeLines: codeLines(text, places), places, imports, lineOf };
}

function list(root: string, folder: string): string[] {
  return readdirSync(join(root, folder), { withFileTypes: true })
    .flatMap((entry) => {
      const path = `${folder}/${entry.name}`;
      return entry.isDirectory() ? list(root, path) : [path];
    })
    .sort();
}
