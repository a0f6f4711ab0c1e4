import { readFileSync } from "node:fs";
import { Ajv, type ValidateFunction } from "ajv";
import addFormats from "ajv-formats";

/** One operation of an interface description, with checks of what goes in and comes out. */
export interface Operation {
  readonly method: string;
  /** As described, for example `/collections/{collection_name}/points`. */
  readonly path: string;
  /** The values in the path, by name. */
  readonly values: ReadonlyMap<string, string>;
  /** What is wrong with a query or a body; null when nothing is. */
  badRequest(query: URLSearchParams, body: unknown): string | null;
  /** What is wrong with an answer; null when nothing is. */
  badAnswer(status: number, body: unknown): string | null;
}

/** An interface description that requests and answers are held to. */
export interface Interface {
  /** The operation of a request, or null when there is none of this method and path. */
  find(method: string, path: string): Operation | null;
}

type Node = { readonly [key: string]: unknown };

function isNode(value: unknown): value is Node {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function nodeAt(value: unknown, ...keys: readonly string[]): Node {
  let at: unknown = value;
  for (const key of keys) at = isNode(at) ? at[key] : undefined;
  return isNode(at) ? at : {};
}

function listAt(value: Node, key: string): readonly Node[] {
  const list = value[key];
  return Array.isArray(list) ? list.filter(isNode) : [];
}

const annotations = new Set(["example", "description", "deprecated", "default", "summary", "title", "discriminator"]);

/**
 * An OpenAPI 3.0 schema as JSON Schema, made stricter: an object with named properties has no others, so that a field
 * with a mistake in its name is found although the real server would pass over it.
 */
function toJsonSchema(schema: unknown): unknown {
  if (Array.isArray(schema)) return schema.map(toJsonSchema);
  if (!isNode(schema)) return schema;
  const made: Record<string, unknown> = {};
  for (const [key, value] of Object.entries(schema)) {
    if (annotations.has(key) || key === "nullable") continue;
    if (key === "$ref") made[key] = String(value).replace("#/components/schemas/", "api#/definitions/");
    else if (key === "properties") {
      made[key] = Object.fromEntries(Object.entries(nodeAt(value)).map(([name, one]) => [name, toJsonSchema(one)]));
    } else made[key] = toJsonSchema(value);
  }
  if (schema.nullable === true && Object.keys(made).length === 0) return { type: "null" };
  if (schema.nullable === true && typeof made.type === "string") made.type = [made.type, "null"];
  if (schema.nullable === true && Array.isArray(made.enum)) made.enum = [...made.enum, null];
  if (isNode(made.properties) && made.additionalProperties === undefined) made.additionalProperties = false;
  return made;
}

function typed(text: string, type: unknown): unknown {
  if (type === "boolean") return text === "true" ? true : text === "false" ? false : text;
  if (type === "integer" || type === "number") return /^-?\d+(\.\d+)?$/.test(text) ? Number(text) : text;
  return text;
}

/** Opens an OpenAPI 3.0 description kept as JSON. */
export function openInterface(file: string): Interface {
  const description: unknown = JSON.parse(readFileSync(file, "utf8"));
  const ajv = new Ajv({ strict: false, allErrors: false, validateFormats: true, logger: false });
  addFormats.default(ajv);
  for (const format of ["uint", "uint8", "uint32", "uint64", "partial-date-time"]) ajv.addFormat(format, true);
  const schemas = nodeAt(description, "components", "schemas");
  const definitions = Object.entries(schemas).map(([name, schema]) => [name, toJsonSchema(schema)]);
  ajv.addSchema({ $id: "api", definitions: Object.fromEntries(definitions) });
  const compiled = new Map<Node, ValidateFunction>();
  const check = (schema: Node, value: unknown): string | null => {
    let validate = compiled.get(schema);
    if (!validate) {
      validate = ajv.compile(nodeAt(toJsonSchema(schema)));
      compiled.set(schema, validate);
    }
    return validate(value) ? null : ajv.errorsText(validate.errors, { dataVar: "body" });
  };
  const paths = Object.entries(nodeAt(description, "paths")).map(([path, methods]) => {
    const names = [...path.matchAll(/\{([^}]+)\}/g)].map(([, name = ""]) => name);
    const pattern = new RegExp(`^${path.replace(/[.*+?^$()|[\]\\]/g, "\\$&").replace(/\{[^}]+\}/g, "([^/]+)")}$`);
    return { path, methods: nodeAt(methods), names, pattern, open: names.length };
  });
  // A path that is all words is meant before one with an open place.
  paths.sort((a, b) => a.open - b.open);

  return {
    find(method, path) {
      for (const one of paths) {
        const match = one.pattern.exec(path);
        const operation = one.methods[method.toLowerCase()];
        if (!match || !isNode(operation)) continue;
        const values = new Map(one.names.map((name, at) => [name, decodeURIComponent(match[at + 1] ?? "")]));
        const parameters = listAt(operation, "parameters").filter((parameter) => parameter.in === "query");
        return {
          method,
          path: one.path,
          values,
          badRequest(query, body) {
            for (const [name, text] of query) {
              const parameter = parameters.find((known) => known.name === name);
              if (!parameter) return `there is no parameter ${name}`;
              const schema = nodeAt(parameter, "schema");
              const bad = check(schema, typed(text, schema.type));
              if (bad) return `the parameter ${name}: ${bad}`;
            }
            const missing = parameters.find(({ required, name }) => required === true && !query.has(String(name)));
            if (missing) return `the parameter ${missing.name} is missing`;
            const schema = nodeAt(operation, "requestBody", "content", "application/json", "schema");
            if (Object.keys(schema).length > 0) return check(schema, body);
            return body === undefined ? null : "a body where none is described";
          },
          badAnswer(status, body) {
            const answers = nodeAt(operation, "responses");
            const answer = answers[String(status)] ?? answers[`${Math.floor(status / 100)}XX`] ?? answers.default;
            if (!isNode(answer)) return `the status ${status} is not described`;
            const schema = nodeAt(answer, "content", "application/json", "schema");
            return Object.keys(schema).length > 0 ? check(schema, body) : null;
          },
        };
      }
      return null;
    },
  };
}
