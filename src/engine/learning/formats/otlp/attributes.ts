import type { JsonRecord } from "../dialect.ts";
import { isRecord, listOf, recordOf } from "../field.ts";

/** Attributes by their name, with plain values. */
export type Attributes = ReadonlyMap<string, unknown>;

const deepest = 24;

/** A value of OpenTelemetry as plain JSON; bytes are no words, and nothing is deeper than a message can be. */
export function plainValue(value: unknown, depth = 0): unknown {
  if (!isRecord(value) || depth > deepest) return undefined;
  const { stringValue, intValue, doubleValue, boolValue, arrayValue, kvlistValue } = value;
  if (stringValue !== undefined) return stringValue;
  if (intValue !== undefined) return typeof intValue === "string" ? Number(intValue) : intValue;
  if (doubleValue !== undefined) return doubleValue;
  if (boolValue !== undefined) return boolValue;
  if (arrayValue !== undefined) return listOf(recordOf(arrayValue).values).map((one) => plainValue(one, depth + 1));
  if (kvlistValue === undefined) return undefined;
  const pairs = listOf(recordOf(kvlistValue).values).map(recordOf);
  return Object.fromEntries(pairs.map(({ key, value: inner }) => [String(key), plainValue(inner, depth + 1)]));
}

/** A list of attributes as OTLP writes it, by name. */
export function attributesOf(list: unknown): Attributes {
  return new Map(
    listOf(list)
      .map(recordOf)
      .flatMap(({ key, value }) => (typeof key === "string" ? [[key, plainValue(value)] as const] : [])),
  );
}

type Node = Map<string, Node> | { readonly leaf: unknown };

function plant(tree: Map<string, Node>, path: readonly string[], leaf: unknown): void {
  const [name = "", ...rest] = path;
  if (rest.length === 0) {
    if (!tree.has(name)) tree.set(name, { leaf });
    return;
  }
  const known = tree.get(name);
  const inner = known instanceof Map ? known : new Map<string, Node>();
  tree.set(name, inner);
  plant(inner, rest, leaf);
}

function harvest(node: Node): unknown {
  if (!(node instanceof Map)) return node.leaf;
  const names = [...node.keys()];
  if (names.every((name) => /^\d{1,6}$/.test(name))) {
    return names.toSorted((a, b) => Number(a) - Number(b)).map((name) => harvest(node.get(name) ?? { leaf: null }));
  }
  return Object.fromEntries(names.map((name) => [name, harvest(node.get(name) ?? { leaf: null })]));
}

/** Attributes with numbers and names in their own name (`a.0.role`, `a.0.content`) as the list that they stand for. */
export function numbered(attributes: Attributes, prefix: string): readonly JsonRecord[] {
  const tree = new Map<string, Node>();
  for (const [key, value] of attributes) {
    if (!key.startsWith(prefix)) continue;
    const path = key.slice(prefix.length).split(".");
    if (/^\d{1,6}$/.test(path[0] ?? "") && path.length > 1 && path.length < deepest) plant(tree, path, value);
  }
  return tree.size === 0 ? [] : listOf(harvest(tree)).map(recordOf);
}
