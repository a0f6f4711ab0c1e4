import { readFileSync } from "node:fs";
import { errnoOf, messageOf } from "../../engine/errors.ts";
import type { Environment } from "../../engine/home.ts";
import { DotenvError, parseDotenv } from "./dotenv.ts";
import type { Report } from "./finding.ts";
import { type Asked, InterpolationError, interpolate, type Lookup } from "./interpolate.ts";
import { type ComposeNode, list, map, scalar } from "./node.ts";

const secretPrefix = "AISTACK_SECRET_";

/** Reads the file of variables beside a Compose file; none where there is no file. What is wrong is reported. */
export function readVariables(file: string, lookup: Lookup, report: Report): Map<string, string> {
  const wrong = (line: number, message: string, hint: string) =>
    report({
      level: "error",
      rule: "env-file",
      service: null,
      key: "",
      place: { file, line, column: 1 },
      message,
      hint,
    });
  try {
    return parseDotenv(readFileSync(file, "utf8"), lookup);
  } catch (error) {
    if (errnoOf(error) === "ENOENT" || errnoOf(error) === "ENOTDIR") return new Map();
    if (error instanceof DotenvError) wrong(error.line, error.message, `Mend the file at line ${error.line}`);
    else wrong(1, `was not read: ${messageOf(error)}`, `Type: ls -l ${file}`);
    return new Map();
  }
}

/** What the program itself says comes first, then the environment, then the file; secrets are no variables. */
export function lookupIn(
  own: Readonly<Record<string, string>>,
  environment: Environment,
  file: ReadonlyMap<string, string>,
): Lookup {
  return (name) => (name.startsWith(secretPrefix) ? undefined : (own[name] ?? environment[name] ?? file.get(name)));
}

function service(path: readonly string[]): string | null {
  return path[0] === "services" ? (path[1] ?? null) : null;
}

function fill(text: string, node: ComposeNode, path: readonly string[], lookup: Lookup, report: Report): string {
  const key = path.slice(path[0] === "services" ? 2 : 0).join(".");
  const about = { service: service(path), key, place: node.place };
  const asked: Asked = { all: new Set(), blank: new Set() };
  let filled = "";
  try {
    filled = interpolate(text, lookup, asked);
  } catch (error) {
    if (!(error instanceof InterpolationError)) throw error;
    const { variable, message } = error;
    const hint = variable === null ? "Write $$ for a dollar" : `Type: export ${variable}=VALUE, or put it into .env`;
    report({ ...about, level: "error", rule: "variable", message: `was not filled in: ${message}`, hint });
  }
  for (const name of asked.all) {
    if (!name.startsWith(secretPrefix)) continue;
    const message = `asks for ${name}, and secrets are no variables`;
    report({ ...about, level: "error", rule: "secret", message, hint: "Give it to the service under secrets:" });
  }
  for (const name of asked.blank) {
    if (name.startsWith(secretPrefix)) continue;
    const message = `asks for ${name}, which is not set; it is blank`;
    report({ ...about, level: "warning", rule: "variable", message, hint: `Write \${${name}:-default}` });
  }
  return filled;
}

/** A tree whose texts have their variables filled in. */
export function fillIn(node: ComposeNode, lookup: Lookup, report: Report, path: readonly string[] = []): ComposeNode {
  switch (node.kind) {
    case "scalar":
      if (typeof node.value !== "string" || !node.value.includes("$")) return node;
      return scalar(fill(node.value, node, path, lookup, report), node);
    case "list":
      return list(
        node.items.map((item, index) => fillIn(item, lookup, report, [...path, String(index)])),
        node,
      );
    case "map":
      return map(
        [...node.entries].map(([key, inner]) => [key, fillIn(inner, lookup, report, [...path, key])] as const),
        node,
      );
  }
}
