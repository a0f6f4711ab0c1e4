import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { messageOf } from "../../engine/errors.ts";
import type { Report } from "./finding.ts";
import { entry, type MapNode } from "./node.ts";
import { pathFrom } from "./paths.ts";
import { openReader, type Reader } from "./read.ts";
import type { PlacedFile, SecretSource } from "./service.ts";

/** What a file defines beside its services. */
export interface TopLevel {
  readonly project: string;
  readonly networks: readonly string[];
  readonly volumes: readonly string[];
  readonly secretSources: Readonly<Record<string, SecretSource>>;
  readonly files: ReadonlyMap<string, PlacedFile>;
}

function keysOf(file: MapNode, key: string): string[] {
  const found = entry(file, key);
  return found?.kind === "map" ? [...found.entries.keys()] : [];
}

function sourceOf(name: string, one: Reader, userHome: string): SecretSource {
  const node = one.node.kind === "map" ? one.node.entries.get("file") : undefined;
  const file = one.text("file");
  const variable = one.text("environment");
  const sources: SecretSource[] = [
    ...(file === null ? [] : [{ kind: "file" as const, path: pathFrom(file, node?.place.file ?? "", userHome) }]),
    ...(variable === null ? [] : [{ kind: "environment" as const, variable }]),
    ...(one.flag("external") === true ? [{ kind: "external" as const }] : []),
    ...(one.flag("x-aistack", "generate") === true ? [{ kind: "generated" as const }] : []),
  ];
  const [source] = sources;
  if (!/^[a-zA-Z0-9][a-zA-Z0-9_.-]*$/.test(name)) one.wrong([], "is no name", "Use letters, digits, _ . -");
  if (sources.length === 1 && source !== undefined) return source;
  const hint = "Write one of file:, environment:, external: true, or x-aistack: {generate: true}";
  one.wrong([], sources.length === 0 ? "says not where it comes from" : "comes from more than one place", hint);
  return { kind: "external" };
}

function textOf(one: Reader, userHome: string): string {
  const node = one.node.kind === "map" ? one.node.entries.get("file") : undefined;
  const file = one.text("file");
  const content = one.text("content");
  if ((file === null) === (content === null)) {
    one.wrong([], "must have either a file or content", "Write file: and its path, or content:");
    return "";
  }
  if (file === null) return content ?? "";
  const path = pathFrom(file, node?.place.file ?? "", userHome);
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    one.wrong(["file"], `was not read: ${messageOf(error)}`, `Type: ls -l ${path}`);
    return "";
  }
}

/** Reads what a merged file defines beside its services; configs are placed in the home, named after their text. */
export function readTopLevel(
  file: MapNode,
  { home, userHome, report }: { home: string; userHome: string; report: Report },
): TopLevel {
  const top = openReader(null, file, [], report);
  const project = top.text("name") ?? "aistack";
  if (!/^[a-z0-9][a-z0-9_-]*$/.test(project)) {
    top.wrong(["name"], "must be small letters, digits, - and _", "Write name: aistack");
  }
  const files = top.entries("configs").map(([name, one]) => {
    const text = textOf(one, userHome);
    const hash = createHash("sha256").update(text).digest("hex").slice(0, 12);
    return [name, { name, path: join(home, "stack", project, `${name}.${hash}`), text }] as const;
  });
  const secrets = top.entries("secrets").map(([name, one]) => [name, sourceOf(name, one, userHome)] as const);
  return {
    project,
    networks: keysOf(file, "networks"),
    volumes: keysOf(file, "volumes"),
    secretSources: Object.fromEntries(secrets),
    files: new Map(files),
  };
}
