import { statSync } from "node:fs";
import { Failure } from "../engine/errors.ts";
import type { Action, Plain } from "./action.ts";
import { listSecretFiles, rotateSecret, secretFile, stackSecrets } from "./generated-secrets.ts";
import type { Manifest } from "./manifest/service.ts";
import type { Stack } from "./stack.ts";
import { wasBroughtUp } from "./supervisor/brought-up.ts";

async function loadManifest(stack: Stack): Promise<Manifest> {
  const { loadStack } = await import("./manifest/load.ts");
  return (await loadStack(stack.config)).manifest;
}

function usersOf(manifest: Manifest, name: string): string[] {
  return manifest.services
    .filter(({ secrets }) => secrets.some(({ source }) => source === name))
    .map((one) => one.name);
}

function generatedIn(manifest: Manifest): string[] {
  const sources = Object.entries(manifest.secretSources);
  return sources.filter(([, { kind }]) => kind === "generated").map(([name]) => name);
}

function describe(stack: Stack, manifest: Manifest, name: string): Plain {
  const source = manifest.secretSources[name];
  const isOwn = source === undefined || source.kind === "generated";
  const file = source?.kind === "file" ? source.path : isOwn ? secretFile(stack.config, name) : null;
  const stat = file === null ? undefined : statSync(file, { throwIfNoEntry: false });
  const fromEnvironment = isOwn && (stack.config.environment[`AISTACK_SECRET_${name.toUpperCase()}`] ?? "") !== "";
  return {
    name,
    source: fromEnvironment ? "environment" : (source?.kind ?? "file"),
    there: fromEnvironment || (file === null ? null : stat !== undefined),
    openToOthers: stat === undefined ? null : (stat.mode & 0o077) !== 0,
    changed: stat?.mtime.toISOString() ?? null,
    services: usersOf(manifest, name),
    sentence: stackSecrets[name]?.sentence ?? "",
  };
}

/** What can be done with secrets; no value is ever printed. */
export const secretActions: readonly Action[] = [
  {
    name: "secrets list",
    sentence: "List every secret by name: where it comes from and who uses it, never its value",
    args: [],
    reads: true,
    async run(stack) {
      const manifest = await loadManifest(stack);
      const names = new Set([...Object.keys(manifest.secretSources), ...listSecretFiles(stack.config)]);
      return { secrets: [...names].toSorted().map((name) => describe(stack, manifest, name)) };
    },
  },
  {
    name: "secrets rotate",
    sentence: "Make new secrets in place of those that the stack made for itself, and tell the services that use them",
    args: [{ name: "name", type: "string", sentence: "Secret; all of them when left out", positional: true }],
    reads: false,
    async run(stack, given, { signal }) {
      const manifest = await loadManifest(stack);
      const known = generatedIn(manifest);
      const wanted = given.text("name");
      if (wanted !== null && !known.includes(wanted)) {
        throw new Failure("usage", {
          what: `The secret ${wanted} was not rotated`,
          why: `the stack makes these for itself: ${known.join(", ")}`,
          hint: "Type: aistack secrets list",
        });
      }
      const names = wanted === null ? known : [wanted];
      for (const name of names) {
        if ((stack.config.environment[`AISTACK_SECRET_${name.toUpperCase()}`] ?? "") === "") continue;
        throw new Failure("usage", {
          what: `The secret ${name} was not rotated`,
          why: `the environment gives it as AISTACK_SECRET_${name.toUpperCase()}`,
          hint: `Type: unset AISTACK_SECRET_${name.toUpperCase()}`,
        });
      }
      if (wasBroughtUp(stack.config.home)) {
        const { renewSecrets } = await import("./verbs/renew-secrets.ts");
        return renewSecrets(stack, given, names, signal);
      }
      for (const name of names) await rotateSecret(stack.config, name);
      return { rotated: names, restart: [...new Set(names.flatMap((name) => usersOf(manifest, name)))] };
    },
  },
];
