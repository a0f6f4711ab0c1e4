import type { Report } from "./finding.ts";
import { canonicalLimits } from "./limits.ts";
import { longMount } from "./mounts.ts";
import { type ComposeNode, entry, list, type MapNode, map, scalar } from "./node.ts";
import { longPorts } from "./ports.ts";
import { shellWords } from "./shell-words.ts";

/** What a short form is turned into before files are merged; null keeps the node as it is. */
type Form = (node: ComposeNode, wrong: (node: ComposeNode, message: string, hint: string) => void) => ComposeNode;

const dictionary: Form = (node) => {
  if (node.kind !== "list") return node;
  return map(
    node.items.map((item) => {
      const [name = "", ...rest] = item.kind === "scalar" ? String(item.value).split("=") : [];
      const isAssigned = item.kind === "scalar" && String(item.value).includes("=");
      return [name, scalar(isAssigned ? rest.join("=") : null, item)] as const;
    }),
    node,
  );
};

const listed: Form = (node) => (node.kind === "scalar" && node.value !== null ? list([untagged(node)], node) : node);

const worded: Form = (node, wrong) => {
  if (node.kind !== "scalar" || node.value === null) return node;
  const words = shellWords(String(node.value));
  if (words === null) wrong(node, "has a quote that is not closed", "Close it, or write a list of words");
  return list(
    (words ?? []).map((word) => scalar(word, untagged(node))),
    node,
  );
};

const named =
  (entryOf: (node: ComposeNode) => ComposeNode): Form =>
  (node) =>
    node.kind === "list"
      ? map(
          node.items.map((item) => [item.kind === "scalar" ? String(item.value) : "", entryOf(item)] as const),
          node,
        )
      : node;

const sourced: Form = (node) =>
  node.kind === "list"
    ? list(
        node.items.map((item) => (item.kind === "scalar" ? map([["source", untagged(item)]], item) : item)),
        node,
      )
    : node;

const ports: Form = (node, wrong) => {
  if (node.kind !== "list") return node;
  const items = node.items.flatMap((item) => {
    if (item.kind !== "scalar") return [item];
    const longs = longPorts(item);
    if (longs === null) wrong(item, `has ${item.value}, which is no port`, 'Write it like "127.0.0.1:8080:80"');
    return longs ?? [];
  });
  return list(items, node);
};

const mounts: Form = (node, wrong) => {
  if (node.kind !== "list") return node;
  const items = node.items.flatMap((item) => {
    if (item.kind !== "scalar") return [item];
    const long = longMount(item);
    if (long === null) wrong(item, `has ${item.value}, which is no mount`, "Write it like ./data:/data:ro,z");
    return long === null ? [] : [long];
  });
  return list(items, node);
};

const test: Form = (node) =>
  node.kind === "scalar" && node.value !== null
    ? list([scalar("CMD-SHELL", untagged(node)), untagged(node)], node)
    : node;

const within =
  (key: string, form: Form): Form =>
  (node, wrong) => {
    const inner = entry(node, key);
    return node.kind === "map" && inner !== undefined ? map([...node.entries, [key, form(inner, wrong)]], node) : node;
  };

const build: Form = (node, wrong) =>
  node.kind === "scalar" && node.value !== null
    ? map([["context", untagged(node)]], node)
    : within("args", dictionary)(node, wrong);

const forms: Readonly<Record<string, Form>> = {
  environment: dictionary,
  labels: dictionary,
  env_file: listed,
  tmpfs: listed,
  command: worded,
  entrypoint: worded,
  ports,
  volumes: mounts,
  networks: named((item) => scalar(null, item)),
  depends_on: named((item) => map([["condition", scalar("service_started", item)]], item)),
  secrets: sourced,
  configs: sourced,
  healthcheck: within("test", test),
  build,
};

function untagged<T extends ComposeNode>(node: T): T {
  return { ...node, tag: "" };
}

function canonicalService(name: string, node: ComposeNode, report: Report): ComposeNode {
  if (node.kind !== "map") return node;
  const entries = [...node.entries].map(([key, inner]) => {
    const form = Object.hasOwn(forms, key) ? forms[key] : undefined;
    if (form === undefined || inner.tag === "reset") return [key, inner] as const;
    const wrong = (at: ComposeNode, message: string, hint: string) =>
      report({ level: "error", rule: "form", service: name, key, place: at.place, message, hint });
    return [key, form(inner, wrong)] as const;
  });
  return canonicalLimits(name, map(entries, node), report);
}

/** A file whose services say everything in Compose's long forms, so that files can be merged. */
export function canonical(file: MapNode, report: Report): MapNode {
  const services = entry(file, "services");
  if (services?.kind !== "map") return file;
  const all = [...services.entries].map(([name, node]) => [name, canonicalService(name, node, report)] as const);
  return map([...file.entries, ["services", map(all, services)]], file);
}
