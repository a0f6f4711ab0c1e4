import { randomBytes } from "node:crypto";
import { linkSync, readdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Config } from "../engine/config.ts";
import { diskFailure, makeDirectory, syncDirectory, writeWhole } from "../engine/disk.ts";
import { errnoOf, Failure } from "../engine/errors.ts";
import type { Secret } from "../engine/secrets.ts";

/** How a service that runs is told a new secret; a service without one reads it at its next start. */
export interface Telling {
  readonly service: string;
  /** Run inside the container; the secret goes in by standard input, never by argument. */
  readonly argv: readonly string[];
  readonly input: (secret: Secret) => string;
}

/** One secret that the stack makes for itself. */
export interface StackSecret {
  readonly sentence: string;
  /** What must be told before the restart, because it keeps the secret in its own data. */
  readonly telling: Telling | null;
}

/** Every secret that the stack makes for itself, by name. */
export const stackSecrets: Readonly<Record<string, StackSecret>> = {
  postgres_password: {
    sentence: "Password of the database user aistack",
    telling: {
      service: "postgres",
      argv: ["psql", "--username=aistack", "--dbname=aistack", "--quiet", "--no-psqlrc", "--set=ON_ERROR_STOP=1"],
      input: (secret) => `ALTER ROLE aistack PASSWORD '${secret.reveal()}';\n`,
    },
  },
  redis_password: { sentence: "Password of Redis", telling: null },
  grafana_admin_password: {
    sentence: "Password of Grafana's user admin",
    telling: {
      service: "grafana",
      argv: ["grafana", "cli", "admin", "reset-admin-password", "--password-from-stdin"],
      input: (secret) => `${secret.reveal()}\n`,
    },
  },
};

const secretBytes = 32;

/** The directory of secrets; it and its files are for their owner alone. */
export function secretsDirectory(config: Config): string {
  return join(config.home, "secrets");
}

/** The file of one secret. Fails with `usage` when the name could lead elsewhere. */
export function secretFile(config: Config, name: string): string {
  if (/^[a-zA-Z0-9][a-zA-Z0-9_.-]*$/.test(name)) return join(secretsDirectory(config), name);
  throw new Failure("usage", {
    what: "The secret was not used",
    why: `${JSON.stringify(name)} is no name of a secret`,
    hint: "Type: aistack secrets list",
  });
}

function makeText(): string {
  return randomBytes(secretBytes).toString("base64url");
}

/** Fails with `config` when a path can be read by others than its owner. */
function refuseOpen(path: string, mode: string, what: string): void {
  if ((statSync(path).mode & 0o077) === 0) return;
  throw new Failure("config", { what, why: `${path} can be read by others`, hint: `Type: chmod ${mode} ${path}` });
}

async function openDirectory(config: Config, what: string): Promise<string> {
  const directory = secretsDirectory(config);
  await makeDirectory(directory);
  refuseOpen(directory, "700", what);
  return directory;
}

/**
 * Makes a secret that is missing; true when it did. Two processes at once make one secret between them.
 * Fails with `config` when the file or its directory can be read by others.
 */
export async function makeSecret(config: Config, name: string): Promise<boolean> {
  const file = secretFile(config, name);
  const what = `The secret ${name} was not made`;
  const directory = await openDirectory(config, what);
  if (statSync(file, { throwIfNoEntry: false }) !== undefined) {
    refuseOpen(file, "600", `The secret ${name} was not used`);
    return false;
  }
  const temporary = join(directory, `.${name}.${randomBytes(6).toString("hex")}.tmp`);
  try {
    writeFileSync(temporary, makeText(), { mode: 0o600, flag: "wx", flush: true });
    linkSync(temporary, file);
    await syncDirectory(directory);
    return true;
  } catch (error) {
    if (errnoOf(error) === "EEXIST") return false;
    throw diskFailure(error, what, file);
  } finally {
    rmSync(temporary, { force: true });
  }
}

/** Puts a new secret in the place of an old one, whole or not at all. */
export async function rotateSecret(config: Config, name: string): Promise<void> {
  const file = secretFile(config, name);
  await openDirectory(config, `The secret ${name} was not rotated`);
  await writeWhole(file, makeText(), { mode: 0o600 });
}

/** The names of all files in the directory of secrets. */
export function listSecretFiles(config: Config): string[] {
  try {
    return readdirSync(secretsDirectory(config)).filter((name) => !name.startsWith("."));
  } catch (error) {
    if (errnoOf(error) === "ENOENT") return [];
    throw diskFailure(error, "The secrets were not listed", secretsDirectory(config));
  }
}
