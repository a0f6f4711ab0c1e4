import { readFileSync } from "node:fs";
import { errnoOf, messageOf } from "../../engine/errors.ts";
import { DotenvError, parseDotenv } from "./dotenv.ts";
import type { Lookup } from "./interpolate.ts";
import { isFalse, pathFrom } from "./paths.ts";
import type { Reader } from "./read.ts";

function readFile(service: Reader, index: number, path: string, required: boolean, lookup: Lookup) {
  const place = ["env_file"];
  try {
    return parseDotenv(readFileSync(path, "utf8"), lookup);
  } catch (error) {
    const missing = errnoOf(error) === "ENOENT";
    if (missing && !required) return new Map<string, string>();
    if (error instanceof DotenvError) {
      service.wrong(place, `names ${path}, whose line ${error.line} ${error.message}`, `Mend ${path}`);
    } else {
      service.wrong(place, `entry ${index + 1} was not read: ${messageOf(error)}`, `Type: ls -l ${path}`);
    }
    return new Map<string, string>();
  }
}

/** The environment of a service: its files in order, then what it says itself; a name without a value is looked up. */
export function readEnvironment(service: Reader, home: string, lookup: Lookup): Record<string, string> {
  const environment: Record<string, string> = {};
  const node = service.node.kind === "map" ? service.node.entries.get("env_file") : undefined;
  for (const [index, item] of (node?.kind === "list" ? node.items : []).entries()) {
    const inner = item.kind === "map" ? item.entries.get("path") : item;
    const required = !(item.kind === "map" && isFalse(item.entries.get("required")));
    const path = inner?.kind === "scalar" ? pathFrom(String(inner.value), inner.place.file, home) : "";
    for (const [name, value] of readFile(service, index, path, required, lookup)) environment[name] = value;
  }
  for (const [name, value] of service.dictionary("environment")) {
    const given = value ?? lookup(name);
    if (given !== undefined) environment[name] = given;
  }
  return environment;
}
