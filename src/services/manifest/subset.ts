import type { Report } from "./finding.ts";
import { nearestWord } from "./nearest.ts";
import type { ComposeNode, MapNode } from "./node.ts";

/** What may stand at a place: anything, any key with one kind of value, or just these keys. */
type Allowed = true | { readonly each: Allowed } | { readonly keys: Readonly<Record<string, Allowed>> };

const keys = (names: string, more: Readonly<Record<string, Allowed>> = {}): Allowed => ({
  keys: { ...Object.fromEntries(names.split(" ").map((name) => [name, true as const])), ...more },
});

const tierLimits = keys("cpus memory reservation pids");

const aistackKeys = keys("tier log-ready port-ready breaker settings", {
  tiers: { keys: { minimal: tierLimits, standard: tierLimits, full: tierLimits } },
});

const service = keys(
  "image command entrypoint environment tmpfs mem_limit mem_reservation cpus pids_limit security_opt read_only cap_add cap_drop user userns_mode working_dir restart stop_grace_period stop_signal init labels profiles",
  {
    env_file: { each: keys("path required") },
    build: keys("context dockerfile target args"),
    ports: { each: keys("target published host_ip protocol mode") },
    volumes: {
      each: keys("type source target read_only", {
        bind: keys("selinux propagation create_host_path"),
        volume: keys("nocopy"),
        tmpfs: keys("size mode"),
      }),
    },
    networks: { each: keys("") },
    depends_on: { each: keys("condition required restart") },
    healthcheck: keys("test interval timeout retries start_period disable"),
    secrets: { each: keys("source target uid gid mode") },
    configs: { each: keys("source target") },
    deploy: keys("", {
      resources: keys("", { limits: keys("cpus memory pids"), reservations: keys("memory") }),
      restart_policy: keys("condition max_attempts"),
    }),
    "x-aistack": aistackKeys,
  },
);

const file = keys("version name", {
  services: { each: service },
  networks: { each: keys("") },
  volumes: { each: keys("") },
  secrets: { each: keys("file environment external", { "x-aistack": keys("generate") }) },
  configs: { each: keys("file content") },
});

const instead: Readonly<Record<string, string>> = {
  include: "Put the services into this file",
  extends: "Use a YAML anchor and <<: *anchor instead",
  container_name: "Remove it; containers are named after the project and the service",
  hostname: "Remove it; other services reach it by its name",
  links: "Remove it; services of one network reach each other by name",
  expose: "Remove it; services of one network reach all its ports",
  network_mode: "Use networks: instead",
  privileged: "Give what it needs with cap_add: instead",
  logging: "Remove it; type: aistack logs",
  start_interval: "Set interval instead",
  replicas: "Remove it; one container a service is run",
  scale: "Remove it; one container a service is run",
  delay: "Remove it; the pause before a restart grows by itself",
  window: "Remove it; a crash loop is noticed by itself",
  driver: "Remove it; the usual driver is used",
  name: "Remove it; it is named after the project",
};

function ownEntry<T>(entries: Readonly<Record<string, T>>, name: string): T | undefined {
  return Object.hasOwn(entries, name) ? entries[name] : undefined;
}

function walk(node: ComposeNode, allowed: Allowed, path: readonly string[], report: Report): void {
  if (allowed === true) return;
  if (node.kind === "list") {
    for (const [index, item] of node.items.entries()) {
      walk(item, "each" in allowed ? allowed.each : true, [...path, String(index)], report);
    }
    return;
  }
  if (node.kind !== "map") return;
  for (const [name, inner] of node.entries) {
    const next = "each" in allowed ? allowed.each : ownEntry(allowed.keys, name);
    if (next !== undefined) walk(inner, next, [...path, name], report);
    else if (!name.startsWith("x-") || path.includes("x-aistack") || name === "x-aistack") {
      refuse(name, inner, allowed, path, report);
    }
  }
}

function refuse(name: string, node: ComposeNode, allowed: Allowed, path: readonly string[], report: Report): void {
  const known = allowed !== true && "keys" in allowed ? Object.keys(allowed.keys).filter((one) => one !== "") : [];
  const near = nearestWord(name, known);
  const inService = path[0] === "services" && path.length > 1;
  report({
    level: "error",
    rule: "unsupported",
    service: inService ? (path[1] ?? null) : null,
    key: [...path, name].slice(inService ? 2 : 0).join("."),
    place: node.place,
    message: "is not supported, and nothing is left out in silence",
    hint: ownEntry(instead, name) ?? (near === null ? "Remove it" : `Did you mean ${near}?`),
  });
}

/** Reports every key of a file that this program would not act on. */
export function checkSubset(node: MapNode, report: Report): void {
  const version = node.entries.get("version");
  if (version !== undefined) {
    const about = { level: "warning", rule: "version", service: null, key: "version", place: version.place } as const;
    report({ ...about, message: "means nothing to Compose any more", hint: "Remove it" });
  }
  walk(node, file, [], report);
}
