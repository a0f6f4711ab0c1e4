import type { ComposeNode } from "./node.ts";

/** The node at a path of keys and indexes, as far as there is one. */
export function entryAt(node: ComposeNode, path: readonly string[]): ComposeNode | undefined {
  let at: ComposeNode | undefined = node;
  for (const step of path) {
    if (at?.kind === "map") at = at.entries.get(step);
    else if (at?.kind === "list") at = at.items[Number(step)];
    else return undefined;
  }
  return at;
}
