import type { Report } from "./finding.ts";
import { type ComposeNode, entry, type MapNode } from "./node.ts";
import { parseBytes, parseDuration } from "./quantity.ts";

/** Reads the values of one mapping; what is of the wrong kind is reported and read as missing. */
export interface Reader {
  readonly node: ComposeNode;
  has(...keys: readonly string[]): boolean;
  text(...keys: readonly string[]): string | null;
  number(...keys: readonly string[]): number | null;
  flag(...keys: readonly string[]): boolean | null;
  /** A byte size such as `512m`, in bytes. */
  bytes(...keys: readonly string[]): number | null;
  /** A duration such as `1m30s`, in milliseconds. */
  duration(...keys: readonly string[]): number | null;
  texts(...keys: readonly string[]): string[] | null;
  /** The entries of a mapping, scalars as text; null stays null. */
  dictionary(...keys: readonly string[]): [string, string | null, ComposeNode][];
  /** A reader for each item of a list of mappings. */
  each(...keys: readonly string[]): Reader[];
  /** A reader for each entry of a mapping, by its key. */
  entries(...keys: readonly string[]): [string, Reader][];
  wrong(keys: readonly string[], message: string, hint: string): void;
}

/** A reader of a mapping; `path` is where it lies in its service, or in the file when `service` is null. */
export function openReader(service: string | null, node: ComposeNode, path: readonly string[], report: Report): Reader {
  const at = (keys: readonly string[]) => entry(node, ...keys);
  const wrong = (keys: readonly string[], message: string, hint: string) => {
    let place = node.place;
    for (let length = 1; length <= keys.length; length++) place = at(keys.slice(0, length))?.place ?? place;
    report({ level: "error", rule: "value", service, key: [...path, ...keys].join("."), place, message, hint });
  };
  const read = <T>(keys: readonly string[], parse: (text: string) => T | null, wanted: string): T | null => {
    const found = at(keys);
    if (found === undefined || (found.kind === "scalar" && found.value === null)) return null;
    const value = found.kind === "scalar" ? parse(String(found.value)) : null;
    if (value === null) wrong(keys, `must be ${wanted}`, `Write ${wanted}`);
    return value;
  };
  return {
    node,
    has: (...keys) => at(keys) !== undefined,
    text: (...keys) => read(keys, (text) => text, "a text"),
    number: (...keys) => read(keys, (text) => (/^-?\d+(\.\d+)?$/.test(text) ? Number(text) : null), "a number"),
    flag: (...keys) =>
      read(keys, (text) => (text === "true" ? true : text === "false" ? false : null), "true or false"),
    bytes: (...keys) => read(keys, parseBytes, "a size like 512m"),
    duration: (...keys) => read(keys, parseDuration, "a duration like 1m30s"),
    texts(...keys) {
      const found = at(keys);
      if (found === undefined || (found.kind === "scalar" && found.value === null)) return null;
      const texts =
        found.kind === "list" ? found.items.flatMap((one) => (one.kind === "scalar" ? [String(one.value)] : [])) : [];
      if (found.kind !== "list" || texts.length !== found.items.length)
        wrong(keys, "must be a list of texts", "Write it as a list");
      return texts;
    },
    dictionary(...keys) {
      const found = at(keys);
      if (found?.kind !== "map") return [];
      return [...found.entries].map(([name, one]) => {
        if (one.kind !== "scalar") wrong([...keys, name], "must be a text", "Write one text");
        return [name, one.kind !== "scalar" || one.value === null ? null : String(one.value), one];
      });
    },
    each(...keys) {
      const found = at(keys);
      if (found?.kind !== "list") return [];
      return found.items.map((one, index) => openReader(service, one, [...path, ...keys, String(index)], report));
    },
    entries(...keys) {
      const found = at(keys);
      if (found?.kind !== "map") return [];
      return [...found.entries].map(([name, one]) => [
        name,
        openReader(service, one, [...path, ...keys, name], report),
      ]);
    },
    wrong,
  };
}

/** A reader of one service of a file. */
export function openService(file: MapNode, name: string, report: Report): Reader | null {
  const node = entry(file, "services", name);
  return node === undefined ? null : openReader(name, node, [], report);
}
