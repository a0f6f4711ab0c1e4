import type { ErrorObject } from "ajv";
import { shippedText } from "../shipped.ts";
import type { Report } from "./finding.ts";
import { nearestWord } from "./nearest.ts";
import { type MapNode, plain } from "./node.ts";
import { entryAt } from "./path.ts";

type Checker = (data: unknown) => readonly ErrorObject[];

let checker: Promise<Checker> | undefined;

async function openChecker(): Promise<Checker> {
  // Bundled, a CommonJS module has its default export only.
  const { default: ajv } = await import("ajv");
  // Ajv knows draft 7 by its older address only.
  const { $schema: _, ...schema }: Record<string, unknown> = JSON.parse(shippedText("compose-spec.json"));
  const validate = new ajv.Ajv({ allErrors: true, strict: false, verbose: true }).compile(schema);
  return (data) => (validate(data) ? [] : (validate.errors ?? []));
}

function wordsOf(value: unknown): string[] {
  return typeof value === "object" && value !== null ? Object.keys(value) : [];
}

const words: Readonly<Record<string, string>> = {
  array: "a list",
  object: "a mapping",
  string: "a text",
  number: "a number",
  integer: "a whole number",
  boolean: "true or false",
  null: "nothing",
};

const examples: Readonly<Record<string, string>> = {
  array: "Write it like [one, two]",
  object: "Write it like {name: value}",
  string: "Write one text, in quotes if it looks like a number",
};

function typesOf(errors: readonly ErrorObject[]): string[] {
  return errors.filter(({ keyword }) => keyword === "type").flatMap(({ params }) => [params.type].flat().map(String));
}

function expected(errors: readonly ErrorObject[]): string {
  const types = [...new Set(typesOf(errors))].map((type) => words[type] ?? type);
  const others = errors.flatMap(({ keyword, message, params }) => {
    if (keyword === "type") return [];
    if (keyword === "enum") return [`must be one of ${[params.allowedValues].flat().join(", ")}`];
    return [message ?? "is wrong"];
  });
  return [...(types.length === 0 ? [] : [`must be ${types.join(" or ")}`]), ...new Set(others)].join("; ");
}

// Of a choice between forms each form complains; what lies deepest is what was meant.
function deepest(errors: readonly ErrorObject[]): Map<string, ErrorObject[]> {
  const telling = errors.filter(({ keyword }) => !["oneOf", "anyOf", "if"].includes(keyword));
  const paths = [...new Set(telling.map(({ instancePath }) => instancePath))];
  const kept = paths.filter((path) => !paths.some((other) => other.startsWith(`${path}/`)));
  return new Map(kept.map((path) => [path, telling.filter(({ instancePath }) => instancePath === path)]));
}

function steps(pointer: string): string[] {
  return pointer
    .split("/")
    .slice(1)
    .map((step) => step.replaceAll("~1", "/").replaceAll("~0", "~"));
}

/** Checks one file against the Compose specification's own schema; what does not fit is reported with its place. */
export async function checkSpec(file: MapNode, report: Report): Promise<void> {
  checker ??= openChecker();
  const errors = (await checker)(plain(file));
  for (const [pointer, all] of deepest(errors)) {
    const path = steps(pointer);
    const inService = path[0] === "services" && path.length > 1;
    const service = inService ? (path[1] ?? null) : null;
    const unknown = all.filter(({ keyword }) => keyword === "additionalProperties");
    for (const { params, parentSchema } of unknown) {
      const name = String(params.additionalProperty);
      const near = nearestWord(name, wordsOf(parentSchema?.properties));
      const place = entryAt(file, [...path, name])?.place ?? file.place;
      const key = [...path, name].slice(inService ? 2 : 0).join(".");
      const hint = near === null ? "Remove it" : `Did you mean ${near}?`;
      report({ level: "error", rule: "unknown", service, key, place, message: "is no key of Compose", hint });
    }
    if (unknown.length > 0) continue;
    const hint = examples[typesOf(all)[0] ?? ""] ?? "See https://docs.docker.com/reference/compose-file/";
    const key = path.slice(inService ? 2 : 0).join(".");
    const place = entryAt(file, path)?.place ?? file.place;
    report({ level: "error", rule: "schema", service, key, place, message: expected(all), hint });
  }
}
