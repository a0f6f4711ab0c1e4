import { cutText } from "../../engine/base/text.ts";
import { Failure } from "../../engine/errors.ts";
import type { Condition, Service } from "../manifest/service.ts";
import { verbs } from "./argv.ts";
import type { Container } from "./container.ts";
import { probeUntilHealthy } from "./health.ts";
import { acceptsOutside, listensInside } from "./listening.ts";
import { inspect, type Look } from "./look.ts";
import { containerName } from "./names.ts";
import { endsByItself } from "./plan.ts";
import type { Stage } from "./stage.ts";
import { withTail } from "./tail.ts";

const mostStarts = 5;

/** What makes a service count as ready when nobody depends on it: its check, its log line, its port, or that it runs. */
export function ownConditions(service: Service): Condition[] {
  const found: Condition[] = [];
  if (service.healthcheck !== null) found.push("healthy");
  if (service.logReady !== null) found.push("log");
  if (service.portReady !== null) found.push("port");
  return found.length === 0 ? ["started"] : found;
}

async function failed(stage: Stage, service: Service, why: string): Promise<never> {
  const { podman, manifest } = stage;
  throw new Failure("failed", {
    what: `The service ${service.name} did not get ready`,
    why: await withTail(podman, manifest.project, service.name, why),
    hint: `Type: aistack logs ${service.name}`,
  });
}

async function lastCheckOf({ podman, manifest }: Stage, service: Service): Promise<string> {
  const [found] = await inspect(podman, [containerName(manifest.project, service.name)]);
  const last = found?.lastCheck;
  if (last == null) return "";
  const printed = last.output.trim().split("\n").at(-1) ?? "";
  return ` (it ended with ${last.exitCode}${printed === "" ? "" : `: ${cutText(printed, 200)}`})`;
}

// Waits until the running container's log has the line.
async function logSays(stage: Stage, service: Service, pattern: string, signal: AbortSignal): Promise<boolean> {
  const expression = new RegExp(pattern);
  const argv = verbs.logs(containerName(stage.manifest.project, service.name), {
    follow: true,
    tail: null,
    since: null,
  });
  await using stream = stage.podman.stream(argv, { signal });
  for await (const { text } of stream.lines) if (expression.test(text)) return true;
  return false;
}

function isListening(stage: Stage, service: Service, container: Container, port: number): Promise<boolean> | boolean {
  if (stage.local && container.pid > 0) return listensInside(container.pid, port);
  return acceptsOutside(service, port, 1000);
}

function hasEnded({ state }: Container): boolean {
  return state === "exited" || state === "stopped";
}

/**
 * Waits until a service meets a condition. Fails with `failed`, its reason and the end of its log, when it never will: it
 * ended, or it stays unhealthy longer than it may; a service that only ends by itself and ended with 0 is ready.
 */
export async function waitFor(
  stage: Stage,
  look: Look,
  service: Service,
  condition: Condition,
  { signal }: { readonly signal: AbortSignal },
): Promise<void> {
  const done = new AbortController();
  const both = AbortSignal.any([signal, done.signal]);
  let lastStart: string | null = null;
  let starts = 0;
  let unhealthySince: number | null = null;
  let line = false;
  const started = performance.now();
  const background: Promise<unknown>[] = [];
  const { podman, manifest } = stage;
  if (condition === "healthy") {
    background.push(probeUntilHealthy(podman, manifest.project, service, { signal: both }));
  }
  if (condition === "log" && service.logReady !== null) {
    const listen = async (pattern: string) => {
      line = await logSays(stage, service, pattern, both);
    };
    background.push(listen(service.logReady));
  }
  try {
    for (;;) {
      const container = await look.next(service.name);
      signal.throwIfAborted();
      if (container === null) {
        return await failed(stage, service, "its container was removed by somebody else");
      }
      if (container.startedAt !== null && container.startedAt !== lastStart) {
        lastStart = container.startedAt;
        if (++starts > mostStarts) return await failed(stage, service, "it ends as often as it is started");
      }
      if (condition === "started" && container.startedAt !== null && !hasEnded(container)) break;
      if (hasEnded(container) && container.startedAt !== null) {
        if (container.exitCode === 0 && endsByItself(service)) break;
        if (endsByItself(service) && (service.restart.policy === "no" || condition === "completed")) {
          return await failed(stage, service, `it ended with ${container.exitCode}`);
        }
      }
      if (condition === "healthy") {
        if (service.healthcheck === null && container.state === "running") break;
        if (container.health === "healthy") break;
        if (container.health !== "unhealthy") unhealthySince = null;
        else unhealthySince ??= performance.now();
        if (unhealthySince !== null && performance.now() - unhealthySince >= stage.unhealthyGraceMs) {
          return await failed(stage, service, `it is unhealthy: its check fails${await lastCheckOf(stage, service)}`);
        }
      }
      if (condition === "log" && (line || service.logReady === null)) break;
      if (condition === "port" && container.state === "running") {
        if (service.portReady === null || (await isListening(stage, service, container, service.portReady))) break;
      }
    }
    stage.say({ type: "stack.ready", service: service.name, condition, afterMs: performance.now() - started });
  } finally {
    done.abort();
    await Promise.allSettled(background);
  }
}
