import type { Report } from "./finding.ts";
import { type ComposeNode, entry, type MapNode, map, plain, scalar } from "./node.ts";

const moved: readonly (readonly [string, readonly string[]])[] = [
  ["mem_limit", ["deploy", "resources", "limits", "memory"]],
  ["cpus", ["deploy", "resources", "limits", "cpus"]],
  ["pids_limit", ["deploy", "resources", "limits", "pids"]],
  ["mem_reservation", ["deploy", "resources", "reservations", "memory"]],
];

/** The tree with a node put at a path; mappings on the way are made where they are missing. */
function put(node: MapNode, path: readonly string[], value: ComposeNode): MapNode {
  const [key = "", ...rest] = path;
  if (rest.length === 0) return map([...node.entries, [key, value]], node);
  const inner = node.entries.get(key);
  const below = inner?.kind === "map" ? inner : map([], { place: value.place, tag: inner?.tag ?? "" });
  return map([...node.entries, [key, put(below, rest, value)]], node);
}

function without(node: MapNode, key: string): MapNode {
  return map(
    [...node.entries].filter(([name]) => name !== key),
    node,
  );
}

function restartOf(policy: ComposeNode): ComposeNode | null {
  const condition = entry(policy, "condition");
  const attempts = entry(policy, "max_attempts");
  const word = condition?.kind === "scalar" ? String(condition.value) : "any";
  const most = attempts?.kind === "scalar" && attempts.value !== null ? `:${attempts.value}` : "";
  const policies: Readonly<Record<string, string>> = { none: "no", any: "always", "on-failure": `on-failure${most}` };
  const said = Object.hasOwn(policies, word) ? policies[word] : undefined;
  return said === undefined ? null : scalar(said, policy);
}

/** A service whose limits stand under `deploy.resources` and whose restart policy stands under `restart`, wherever they were. */
export function canonicalLimits(service: string, node: MapNode, report: Report): MapNode {
  let done = node;
  for (const [key, path] of moved) {
    const short = done.entries.get(key);
    if (short === undefined) continue;
    const long = entry(done, ...path);
    if (long !== undefined && String(plain(long)) !== String(plain(short))) {
      const message = `says ${plain(short)}, and ${path.join(".")} says ${plain(long)}`;
      report({ level: "error", rule: "limit", service, key, place: short.place, message, hint: "Keep one of the two" });
    }
    done = without(put(done, path, short), key);
  }
  const policy = entry(done, "deploy", "restart_policy");
  const deploy = done.entries.get("deploy");
  if (policy?.kind !== "map" || deploy?.kind !== "map") return done;
  const restart = restartOf(policy);
  if (restart === null) {
    const message = "has a condition that is none";
    const hint = "Write none, on-failure or any";
    const key = "deploy.restart_policy.condition";
    report({ level: "error", rule: "restart", service, key, place: policy.place, message, hint });
    return done;
  }
  return put(put(done, ["deploy"], without(deploy, "restart_policy")), ["restart"], restart);
}
