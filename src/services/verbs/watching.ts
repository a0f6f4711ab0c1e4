import type { Given, Plain } from "../action.ts";
import type { Run } from "../lazily.ts";
import type { Stack } from "../stack.ts";
import { verbs } from "../supervisor/argv.ts";
import type { Usage } from "../supervisor/container.ts";
import { readStack } from "../supervisor/look.ts";
import { labels } from "../supervisor/names.ts";
import { checkNames } from "../supervisor/order.ts";
import { parseEvent } from "../supervisor/parse.ts";
import { findContainer } from "../supervisor/plan.ts";
import { readUsage } from "../supervisor/stats.ts";
import { openStage } from "./open-stage.ts";
import { jsonLine } from "./schema.ts";

async function running(stack: Stack, given: Given, signal: AbortSignal) {
  const asked = given.list("service");
  const { manifest, podman } = await openStage(stack, given, asked);
  checkNames(manifest, asked);
  const containers = await readStack(podman, manifest.project, { signal });
  const wanted = asked.length > 0 ? asked : manifest.services.map(({ name }) => name);
  const found = wanted.flatMap((service) => {
    const container = findContainer(containers, manifest.project, service);
    return container?.state === "running" ? [{ service, container }] : [];
  });
  const services = new Map(found.map(({ service, container }) => [container.name, service]));
  return { podman, names: [...services.keys()], serviceOf: (name: string) => services.get(name) ?? name };
}

function named(usage: readonly Usage[], serviceOf: (name: string) => string): Plain[] {
  return usage.map(({ name, ...rest }) => ({ service: serviceOf(name), ...rest }));
}

async function stats(stack: Stack, given: Given, signal: AbortSignal): Promise<Plain> {
  const { podman, names, serviceOf } = await running(stack, given, signal);
  if (names.length === 0) return { services: [] };
  for await (const usage of readUsage(podman, names, { intervalSeconds: 1, signal })) {
    return { services: named(usage, serviceOf) };
  }
  signal.throwIfAborted();
  return { services: [] };
}

const mebibyte = 1024 * 1024;

function usageText({ service, cpuPercent, memoryBytes, memoryLimitBytes }: Plain): string {
  const mb = (bytes: unknown) => (typeof bytes === "number" ? `${Math.round(bytes / mebibyte)}` : "–");
  const cpu = typeof cpuPercent === "number" ? cpuPercent.toFixed(1) : "–";
  return `${String(service).padEnd(16)} cpu ${cpu.padStart(6)} %  memory ${mb(memoryBytes)} of ${mb(memoryLimitBytes)} MiB`;
}

async function* watchStats(stack: Stack, given: Given, signal: AbortSignal): AsyncIterable<string> {
  const { podman, names, serviceOf } = await running(stack, given, signal);
  if (names.length === 0) return;
  for await (const usage of readUsage(podman, names, { intervalSeconds: 2, signal })) {
    const services = named(usage, serviceOf);
    if (given.flag("json")) yield jsonLine({ at: new Date().toISOString(), services });
    else for (const one of services) yield usageText(one);
  }
}

async function* events(stack: Stack, given: Given, signal: AbortSignal): AsyncIterable<string> {
  const { manifest, podman } = await openStage(stack, given);
  await using stream = podman.stream(verbs.events(given.text("since")), { signal });
  for await (const { stream: from, text } of stream.lines) {
    if (from === "stderr" || text === "") continue;
    const { labels: own, ...event } = parseEvent(text);
    if (own[labels.project] !== manifest.project) continue;
    const { at, what, exitCode, health } = event;
    const service = own[labels.service] ?? event.name;
    if (given.flag("json")) yield jsonLine({ at, service, what, container: event.name, exitCode, health });
    else
      yield `${at ?? "–"} ${service} ${what}${exitCode === null ? "" : ` ${exitCode}`}${health === null ? "" : ` ${health}`}`;
  }
}

/** `aistack stats`. */
export const runStats: Run = (stack, given, { signal }) =>
  given.flag("watch") ? watchStats(stack, given, signal) : stats(stack, given, signal);

/** `aistack events`. */
export const runEvents: Run = (stack, given, { signal }) => events(stack, given, signal);
