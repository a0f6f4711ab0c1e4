import { readFileSync } from "node:fs";
import { errnoOf, Failure, messageOf } from "../errors.ts";

function flatten(value: object, prefix: string, into: Map<string, unknown>): Map<string, unknown> {
  for (const [name, inner] of Object.entries(value)) {
    const key = prefix === "" ? name : `${prefix}.${name}`;
    if (typeof inner === "object" && inner !== null && !Array.isArray(inner)) flatten(inner, key, into);
    else into.set(key, inner);
  }
  return into;
}

/** The settings a configuration file gives, by dotted key; none where there is no file. Fails with `config`. */
export function readSettingsFile(file: string): Map<string, unknown> {
  let text: string;
  try {
    text = readFileSync(file, "utf8");
  } catch (error) {
    if (errnoOf(error) === "ENOENT" || errnoOf(error) === "ENOTDIR") return new Map();
    throw new Failure("config", {
      what: `The configuration ${file} was not read`,
      why: messageOf(error),
      hint: `Type: ls -l ${file}`,
      cause: error,
    });
  }
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === "object" && value !== null && !Array.isArray(value)) return flatten(value, "", new Map());
    throw new SyntaxError("it is not a JSON object");
  } catch (error) {
    throw new Failure("config", {
      what: `The configuration ${file} was not used`,
      why: messageOf(error),
      hint: `Mend or remove it: ${file}`,
      cause: error,
    });
  }
}
