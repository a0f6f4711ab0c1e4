import { existsSync, readdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { dirname, join } from "node:path";
import type { Config } from "../../engine/config.ts";
import { makeDirectory, writeWhole } from "../../engine/disk.ts";
import { Failure, messageOf } from "../../engine/errors.ts";
import { readSecretByName, Secret } from "../../engine/secrets.ts";
import { makeSecret } from "../generated-secrets.ts";
import type { Manifest, SecretSource } from "./service.ts";

/**
 * Makes the directories and writes the configuration files that the services mount; files of earlier texts that no
 * service of this manifest mounts stay for containers that still run. Running it again changes nothing.
 */
export async function placeFiles(manifest: Manifest): Promise<void> {
  for (const directory of manifest.directories) await makeDirectory(directory);
  for (const { path, text } of manifest.files) {
    await makeDirectory(dirname(path));
    // Services run as other users than the one that owns the file.
    if (!existsSync(path) || readFileSync(path, "utf8") !== text) await writeWhole(path, text, { mode: 0o644 });
  }
}

/** Removes configuration files that no service of this manifest mounts; for when its containers are gone. */
export function removeOldFiles(manifest: Manifest): void {
  const kept = new Set(manifest.files.map(({ path }) => path));
  for (const directory of new Set(manifest.files.map(({ path }) => dirname(path)))) {
    if (!existsSync(directory)) continue;
    for (const name of readdirSync(directory)) {
      if (!kept.has(join(directory, name))) rmSync(join(directory, name), { force: true });
    }
  }
}

function failure(name: string, why: string, hint: string): Failure {
  return new Failure("config", { what: `The secret ${name} was not used`, why, hint });
}

async function readSource(config: Config, name: string, source: SecretSource): Promise<Secret | null> {
  if (source.kind === "external") return null;
  if (source.kind === "environment") {
    const value = config.environment[source.variable];
    if (value !== undefined && value !== "") return new Secret(value);
    throw failure(name, `the variable ${source.variable} is not set`, `Type: export ${source.variable}=…`);
  }
  if (source.kind === "file") {
    try {
      const open = (statSync(source.path).mode & 0o077) !== 0;
      if (!open) return new Secret(readFileSync(source.path, "utf8").replace(/\n$/, ""));
    } catch (error) {
      throw failure(name, messageOf(error), `Type: ls -l ${source.path}`);
    }
    throw failure(name, `${source.path} can be read by others`, `Type: chmod 600 ${source.path}`);
  }
  const known = readSecretByName(config, name);
  if (known !== null) return known;
  await makeSecret(config, name);
  return readSecretByName(config, name);
}

/**
 * The secrets that the services use, by name; those that the stack makes for itself are made when they are missing, and
 * those that are in Podman already are left out. Fails with `config` for one that is missing or open to others.
 */
export async function readSecrets(config: Config, manifest: Manifest): Promise<Map<string, Secret>> {
  const secrets = new Map<string, Secret>();
  for (const name of manifest.secrets) {
    const secret = await readSource(config, name, manifest.secretSources[name] ?? { kind: "generated" });
    if (secret !== null) secrets.set(name, secret);
  }
  return secrets;
}
