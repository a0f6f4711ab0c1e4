import { type Document, isAlias, isMap, isScalar, isSeq, LineCounter, parse, parseDocument } from "yaml";
import type { Finding, Report } from "./finding.ts";
import { type ComposeNode, entry, list, type MapNode, map, type Place, type ScalarNode, scalar } from "./node.ts";

/** Aliases can make a small file mean billions of values; no stack is as large as this. */
const mostNodes = 100_000;

function finding(rule: string, place: Place, message: string, hint: string): Finding {
  return { level: "error", rule, service: null, key: "", place, message, hint };
}

/** Why a file that is good YAML was not read after all. */
class Unreadable extends Error {
  readonly place: Place;
  readonly hint: string;

  constructor(message: string, place: Place, hint: string) {
    super(message);
    this.place = place;
    this.hint = hint;
  }
}

interface Reading {
  readonly document: Document;
  readonly at: (offset: number | undefined) => Place;
  readonly report: Report;
  made: number;
}

function tagOf(tag: string | undefined): ComposeNode["tag"] {
  return tag === "!reset" ? "reset" : tag === "!override" ? "override" : "";
}

function scalarOf(value: unknown, source: string, place: Place, tag: ComposeNode["tag"]): ScalarNode {
  const retyped: unknown = tag === "override" && source !== "" ? parse(source) : value;
  const kept = ["string", "number", "boolean"].includes(typeof retyped) ? retyped : null;
  const plainly = typeof kept === "string" || typeof kept === "number" || typeof kept === "boolean" ? kept : null;
  return { ...scalar(plainly, { place, tag }), source: source === "" ? String(plainly) : source };
}

function convert(node: unknown, place: Place, reading: Reading): ComposeNode {
  if (++reading.made > mostNodes) {
    throw new Unreadable(`means more than ${mostNodes} values`, place, "Write it with fewer aliases");
  }
  if (isAlias(node)) {
    const target = node.resolve(reading.document);
    if (target === undefined) {
      const hint = `Write &${node.source} before what it stands for`;
      throw new Unreadable(`has the alias *${node.source}, which no anchor is for`, place, hint);
    }
    return convert(target, place, reading);
  }
  if (isScalar(node)) {
    const isPlain = node.type === undefined || node.type === "PLAIN";
    const source = isPlain ? (node.source ?? "") : "";
    return scalarOf(node.value, source, place, tagOf(node.tag));
  }
  if (isSeq(node)) {
    const items = node.items.map((item) => convert(item, reading.at(rangeOf(item)), reading));
    return list(items, { place, tag: tagOf(node.tag) });
  }
  if (isMap(node)) return convertMap(node.items, place, tagOf(node.tag), reading);
  return scalar(null, { place, tag: "" });
}

function convertMap(
  pairs: readonly { key: unknown; value: unknown }[],
  place: Place,
  tag: ComposeNode["tag"],
  reading: Reading,
): MapNode {
  const own = new Map<string, ComposeNode>();
  const merged: MapNode[] = [];
  for (const { key, value } of pairs) {
    const at = reading.at(rangeOf(key));
    const name = isScalar(key) ? String(typeof key.value === "symbol" ? "<<" : key.value) : null;
    if (name === null) {
      reading.report(finding("yaml", at, "has a key that is no word", "Write the key as plain text"));
      continue;
    }
    const inner = convert(value, at, reading);
    if (name !== "<<") own.set(name, inner);
    else if (inner.kind === "map") merged.push(inner);
    else if (inner.kind === "list") for (const item of inner.items) if (item.kind === "map") merged.push(item);
  }
  const all = new Map(own);
  for (const { entries } of merged) for (const [name, inner] of entries) if (!all.has(name)) all.set(name, inner);
  return map(all, { place, tag });
}

function rangeOf(node: unknown): number | undefined {
  return isScalar(node) || isMap(node) || isSeq(node) || isAlias(node) ? node.range?.[0] : undefined;
}

/** Parses one Compose file; null when it is no YAML or no mapping, which is reported with line and column. */
export function parseCompose(text: string, file: string, report: Report): MapNode | null {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, merge: true, prettyErrors: false, stringKeys: false });
  const at = (offset: number | undefined): Place => {
    const { line, col } = lines.linePos(offset ?? 0);
    return { file, line: Math.max(1, line), column: Math.max(1, col) };
  };
  const isOurs = (offset: number) => /^!(reset|override)\b/.test(text.slice(offset));
  const wrong = [...document.errors, ...document.warnings.filter(({ pos }) => !isOurs(pos[0]))];
  for (const { message, pos } of wrong) {
    report(finding("yaml", at(pos[0]), `is no good YAML: ${message}`, `Mend the file at line ${at(pos[0]).line}`));
  }
  if (wrong.length > 0) return null;
  const top = at(rangeOf(document.contents));
  try {
    const node = convert(document.contents, top, { document, at, report, made: 0 });
    if (node.kind === "map") return node;
    if (node.kind === "scalar" && node.value === null) return map([], node);
    report(finding("yaml", top, "is no mapping", "Begin the file with: services:"));
  } catch (error) {
    if (!(error instanceof Unreadable)) throw error;
    report(finding("yaml", error.place, error.message, error.hint));
  }
  return null;
}

/** The name of every service a file has, with its node. */
export function servicesOf(file: MapNode): [string, ComposeNode][] {
  const services = entry(file, "services");
  return services?.kind === "map" ? [...services.entries] : [];
}
