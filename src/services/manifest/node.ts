/** Where something stands in a Compose file; lines and columns count from 1. */
export interface Place {
  readonly file: string;
  readonly line: number;
  readonly column: number;
}

interface Common {
  /** For an entry of a mapping: where its key stands. */
  readonly place: Place;
  /** How it is merged over what another file says. */
  readonly tag: "" | "reset" | "override";
}

/** One value of a Compose file that remembers where it stood. */
export type ComposeNode = ScalarNode | ListNode | MapNode;

export interface ScalarNode extends Common {
  readonly kind: "scalar";
  readonly value: string | number | boolean | null;
  /** As it was written, for numbers whose leading zero means octal. */
  readonly source: string;
}

export interface ListNode extends Common {
  readonly kind: "list";
  readonly items: readonly ComposeNode[];
}

export interface MapNode extends Common {
  readonly kind: "map";
  readonly entries: ReadonlyMap<string, ComposeNode>;
}

/** A scalar that stands where another node stood. */
export function scalar(value: string | number | boolean | null, { place, tag }: Common): ScalarNode {
  return { kind: "scalar", value, source: String(value), place, tag };
}

/** A list that stands where another node stood. */
export function list(items: readonly ComposeNode[], { place, tag }: Common): ListNode {
  return { kind: "list", items, place, tag };
}

/** A mapping that stands where another node stood. */
export function map(entries: Iterable<readonly [string, ComposeNode]>, { place, tag }: Common): MapNode {
  return { kind: "map", entries: new Map(entries), place, tag };
}

/** The entry of a mapping; undefined when there is none or the node is no mapping. */
export function entry(node: ComposeNode | undefined, ...keys: readonly string[]): ComposeNode | undefined {
  let at = node;
  for (const key of keys) at = at?.kind === "map" ? at.entries.get(key) : undefined;
  return at;
}

/** The node without its places: what was written, as plain data. Entries that are only there to be removed are left out. */
export function plain(node: ComposeNode): unknown {
  switch (node.kind) {
    case "scalar":
      return node.value;
    case "list":
      return node.items.filter(({ tag }) => tag !== "reset").map(plain);
    case "map":
      return Object.fromEntries(
        [...node.entries].filter(([, { tag }]) => tag !== "reset").map(([key, inner]) => [key, plain(inner)]),
      );
  }
}
