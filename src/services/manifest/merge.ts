import { type ComposeNode, entry, type ListNode, list, type MapNode, map } from "./node.ts";

const replaced = new Set(["command", "entrypoint", "test"]);

function word(node: ComposeNode, key: string): string {
  const found = entry(node, key);
  return found?.kind === "scalar" ? String(found.value ?? "") : "";
}

/** What makes one entry of a list the same as another, by the key of the list; entries of other lists are equal or not. */
const identities: Readonly<Record<string, (node: ComposeNode) => string>> = {
  ports: (node) => ["host_ip", "target", "published", "protocol"].map((key) => word(node, key)).join("|"),
  volumes: (node) => word(node, "target"),
  secrets: (node) => word(node, "target") || word(node, "source"),
  configs: (node) => word(node, "target") || word(node, "source"),
  env_file: (node) => (node.kind === "scalar" ? String(node.value) : word(node, "path")),
  tmpfs: (node) => (node.kind === "scalar" ? (String(node.value).split(":")[0] ?? "") : ""),
};

function mergeLists(base: ListNode, over: ListNode, key: string): ComposeNode {
  if (replaced.has(key)) return over;
  const identity = Object.hasOwn(identities, key) ? identities[key] : undefined;
  const same = identity ?? ((node: ComposeNode) => (node.kind === "scalar" ? `${node.value}` : ""));
  const merged = new Map<string, ComposeNode>();
  for (const [index, item] of [...base.items, ...over.items].entries()) {
    const name = same(item) === "" ? `\u0000${index}` : same(item);
    const known = merged.get(name);
    merged.set(name, known === undefined ? item : merge(known, item, ""));
  }
  return list([...merged.values()], { place: over.place, tag: base.tag });
}

function mergeMaps(base: MapNode, over: MapNode): MapNode {
  const merged = new Map(base.entries);
  for (const [key, inner] of over.entries) {
    const known = merged.get(key);
    if (inner.tag === "reset") merged.delete(key);
    else merged.set(key, known === undefined ? settle(inner) : merge(known, inner, key));
  }
  return map(merged, { place: over.place, tag: base.tag });
}

/** A node whose merge tags have been acted on: what was to be removed is gone, the rest carries no tag. */
export function settle(node: ComposeNode): ComposeNode {
  const bare = { place: node.place, tag: "" } as const;
  if (node.kind === "scalar") return { ...node, tag: "" };
  if (node.kind === "list") return list(node.items.filter(({ tag }) => tag !== "reset").map(settle), bare);
  const kept = [...node.entries].filter(([, { tag }]) => tag !== "reset");
  return map(
    kept.map(([key, inner]) => [key, settle(inner)] as const),
    bare,
  );
}

/**
 * One canonical file merged over another by Compose's rules: mappings by key, lists appended, ports, mounts, secrets and
 * configs by what they are for; commands and tests replaced; `!override` replaces, `!reset` removes.
 */
export function merge(base: ComposeNode, over: ComposeNode, key: string): ComposeNode {
  if (over.tag === "override") return settle(over);
  if (base.kind === "map" && over.kind === "map") return mergeMaps(base, over);
  if (base.kind === "list" && over.kind === "list") return mergeLists(base, over, key);
  if (over.kind === "scalar" && over.value === null && base.kind !== "scalar") return base;
  return settle(over);
}

/** Merges two whole files; where a secret or a config comes from is said by the last file that says it. */
export function mergeFiles(base: MapNode, over: MapNode): MapNode {
  const known = new Map(base.entries);
  for (const key of ["secrets", "configs"]) {
    const [before, after] = [known.get(key), over.entries.get(key)];
    if (before?.kind !== "map" || after?.kind !== "map") continue;
    const kept = [...before.entries].filter(([name]) => {
      const said = after.entries.get(name);
      return said?.kind !== "map" || said.entries.size === 0;
    });
    known.set(key, map(kept, before));
  }
  return mergeMaps(map(known, base), over);
}
