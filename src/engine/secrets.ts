import { readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { inspect } from "node:util";
import type { Config } from "./config.ts";
import { errnoOf, Failure, messageOf } from "./errors.ts";

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
 * must not be readable by others, else the file `/run/secrets/<name>`, where a container gets it. Null where there is
 * none; fails with `config` when the home's file is open to others.
 */
export function readSecret(config: Config, name: SecretName): Secret | null {
  return readSecretByName(config, name);
}

/** The same for a name that a file gave, such as one of the stack's services; `given` is where a container gets secrets. */
export function readSecretByName(config: Config, name: string, given = "/run/secrets"): Secret | null {
  const value = config.environment[`AISTACK_SECRET_${name.toUpperCase()}`];
  if (value !== undefined && value !== "") return new Secret(value);
  return readOwn(join(config.home, "secrets", name), name) ?? readGiven(join(given, name), name);
}

function isNone(error: unknown): boolean {
  return errnoOf(error) === "ENOENT" || errnoOf(error) === "ENOTDIR";
}

function readOwn(file: string, name: string): Secret | null {
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
    if (isNone(error)) return null;
    throw error;
  }
}

// Who may read it is for whoever runs the container to say.
function readGiven(file: string, name: string): Secret | null {
  try {
    return new Secret(readFileSync(file, "utf8").trim());
  } catch (error) {
    if (isNone(error)) return null;
    throw new Failure("config", {
      what: `The secret ${name} was not used`,
      why: messageOf(error),
      hint: `Type: ls -l ${file}`,
      cause: error,
    });
  }
}
