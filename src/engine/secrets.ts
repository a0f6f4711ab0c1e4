import { readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { inspect } from "node:util";
import type { Config } from "./config.ts";
import { errnoOf, Failure } from "./errors.ts";

/** A secret that prints as `[secret]` wherever it is shown; only `reveal` gives it away. */
export class Secret {
  readonly #text: string;

  constructor(text: string) {
    this.#text = text;
  }

  /** The secret itself, for the one call that needs it. */
  reveal(): string {
    return this.#text;
  }

  toString(): string {
    return "[secret]";
  }

  toJSON(): string {
    return "[secret]";
  }

  [inspect.custom](): string {
    return "[secret]";
  }
}

/** The names under which secrets are looked up. */
export type SecretName = "embeddings_api_key" | "qdrant_api_key" | "postgres_password";

/**
 * A secret by name: the environment variable `AISTACK_SECRET_<NAME>`, else the file `secrets/<name>` in the home, which
 * must not be readable by others. Null where there is none; fails with `config` when the file is open to others.
 */
export function readSecret(config: Config, name: SecretName): Secret | null {
  return readSecretByName(config, name);
}

/** The same for a name that a file gave, such as one of the stack's services. */
export function readSecretByName(config: Config, name: string): Secret | null {
  const given = config.environment[`AISTACK_SECRET_${name.toUpperCase()}`];
  if (given !== undefined && given !== "") return new Secret(given);
  const file = join(config.home, "secrets", name);
  try {
    if ((statSync(file).mode & 0o077) !== 0) {
      throw new Failure("config", {
        what: `The secret ${name} was not used`,
        why: `${file} can be read by others`,
        hint: `Type: chmod 600 ${file}`,
      });
    }
    return new Secret(readFileSync(file, "utf8").trim());
  } catch (error) {
    if (errnoOf(error) === "ENOENT" || errnoOf(error) === "ENOTDIR") return null;
    throw error;
  }
}
