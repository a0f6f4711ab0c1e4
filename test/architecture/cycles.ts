import type { Rule, Source } from "./tree.ts";

/** No file reaches itself through its imports, types included. */
export const noCycles: Rule = function* ({ sources }) {
  const files = new Map(sources.map((source) => [source.path, source]));
  const reported = new Set<string>();
  for (const { path } of sources) {
    const ring = reported.has(path) ? [] : shortestRing(path, files);
    if (ring.length === 0) continue;
    for (const member of ring) reported.add(member);
    const line = files.get(path)?.imports.find(({ target }) => target === (ring[1] ?? path))?.line ?? 1;
    const todo = `break the ring ${[...ring, path].join(" → ")}; move what both need to the left one`;
    yield { file: path, line, rule: "cycle", todo };
  }
};

function shortestRing(start: string, files: ReadonlyMap<string, Source>): string[] {
  const trails = new Map([[start, [start]]]);
  for (const [path, trail] of trails) {
    for (const { target } of files.get(path)?.imports ?? []) {
      if (target === start) return trail;
      if (target !== undefined && !trails.has(target)) trails.set(target, [...trail, target]);
    }
  }
  return [];
}
