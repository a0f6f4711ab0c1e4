import { readFileSync } from "node:fs";
import { writeWhole } from "../../engine/disk.ts";
import { Failure } from "../../engine/errors.ts";
import type { Given, Plain } from "../action.ts";
import { rotateSecret, secretFile, stackSecrets } from "../generated-secrets.ts";
import { readSecrets } from "../manifest/prepare.ts";
import type { Stack } from "../stack.ts";
import { verbs } from "../supervisor/argv.ts";
import { makeSecret } from "../supervisor/belongings.ts";
import { bringUp, type UpRequest } from "../supervisor/bring-up.ts";
import { readStack } from "../supervisor/look.ts";
import { containerName, scopedName } from "../supervisor/names.ts";
import { findContainer } from "../supervisor/plan.ts";
import { lockStack } from "../supervisor/stack-lock.ts";
import { type OpenedStage, openStage } from "./open-stage.ts";

async function tell(stage: OpenedStage, stack: Stack, name: string): Promise<void> {
  const telling = stackSecrets[name]?.telling ?? null;
  const secret = (await readSecrets(stack.config, stage.manifest)).get(name);
  if (telling === null || secret === undefined) return;
  const container = containerName(stage.manifest.project, telling.service);
  await stage.podman.run(verbs.execInput(container, telling.argv), {
    what: `${telling.service} was not told the new ${name}`,
    timeoutMs: stage.changeTimeoutMs,
    input: telling.input(secret),
  });
}

// A service that keeps a secret in its own data must hear of the new one while it still runs with the old one.
async function refuseDeaf(stage: OpenedStage, names: readonly string[], signal: AbortSignal): Promise<void> {
  const containers = await readStack(stage.podman, stage.manifest.project, { signal });
  for (const name of names) {
    const service = stackSecrets[name]?.telling?.service;
    if (service === undefined || !stage.manifest.services.some((one) => one.name === service)) continue;
    const container = findContainer(containers, stage.manifest.project, service);
    if (container === null || container.state === "running") continue;
    throw new Failure("failed", {
      what: `The secret ${name} was not rotated`,
      why: `${service} keeps it in its own data and does not run, so it cannot be told`,
      hint: `Type: aistack start ${service}`,
    });
  }
}

/**
 * Makes new secrets for a stack that was brought up: each service is told, Podman gets the new one, and who uses it is
 * made anew. A service that refuses a new secret keeps the old one, and so does its file.
 */
export async function renewSecrets(
  stack: Stack,
  given: Given,
  names: readonly string[],
  signal: AbortSignal,
): Promise<Plain> {
  const { config } = stack;
  const stage = await openStage(stack, given);
  const { project, services } = stage.manifest;
  using _lock = await lockStack(config.home, { timeoutMs: config.values["podman.waitMs"], say: stage.say, signal });
  await refuseDeaf(stage, names, signal);
  const containers = await readStack(stage.podman, project, { signal });
  const { stdout } = await stage.podman.run(verbs.secrets(), { what: "Podman's secrets were not listed", signal });
  const inPodman = new Set(stdout.split("\n"));
  for (const name of names) {
    const file = secretFile(config, name);
    const old = readFileSync(file, { encoding: "utf8", flag: "a+" });
    await rotateSecret(config, name);
    const service = stackSecrets[name]?.telling?.service;
    try {
      if (service !== undefined && findContainer(containers, project, service) !== null) await tell(stage, stack, name);
    } catch (error) {
      if (old !== "") await writeWhole(file, old, { mode: 0o600 });
      throw error;
    }
  }
  const secrets = await readSecrets(config, stage.manifest);
  const lookup = (name: string) => secrets.get(name) ?? null;
  const timeoutMs = stage.changeTimeoutMs;
  for (const name of names.filter((one) => inPodman.has(scopedName(project, one)))) {
    const what = `Podman still has the old ${name}`;
    await stage.podman.run(verbs.secretRemove(scopedName(project, name)), { what, timeoutMs });
    await makeSecret(stage.podman, project, name, lookup, { timeoutMs });
  }
  const users = services.filter((one) => one.secrets.some(({ source }) => names.includes(source)));
  const renewed = users
    .map(({ name }) => name)
    .filter((name) => findContainer(containers, project, name)?.state === "running");
  if (renewed.length > 0) {
    const request: UpRequest = {
      names: renewed,
      wait: false,
      build: "never",
      pull: "never",
      secrets: lookup,
      renew: renewed,
    };
    await bringUp(stage, request, { signal });
  }
  return { rotated: names, restarted: renewed };
}
