import { Failure, messageOf } from "../../engine/errors.ts";
import type { Condition, Dependency, Service } from "../manifest/service.ts";
import { applyStep, stepArgv } from "./apply.ts";
import { belongingsArgv, makeBelongings, missingBelongings, type SecretLookup } from "./belongings.ts";
import { missingImages, obtainArgv, obtainImage, readImages } from "./images.ts";
import { openLook, readContainers } from "./look.ts";
import { labels } from "./names.ts";
import { inOrder } from "./order.ts";
import { plan, type Step } from "./plan.ts";
import { ownConditions, waitFor } from "./ready.ts";
import type { Stage } from "./stage.ts";
import type { Timing } from "./timings.ts";

/** What `up` is asked for. */
export interface UpRequest {
  readonly names: readonly string[];
  /** Whether to wait until every service is ready. */
  readonly wait: boolean;
  readonly build: "missing" | "always" | "never";
  readonly pull: "missing" | "never";
  readonly secrets: SecretLookup;
  /** Services to make anew though nothing about them changed. */
  readonly renew?: readonly string[];
  /** Services to start again though they ended well. */
  readonly again?: readonly string[];
  /** Called for each service whose container runs now. */
  readonly started?: (step: Step) => void;
  /** Called once everything was started, before the wait. */
  readonly allStarted?: () => void;
}

/** What `up` did. */
export interface UpReport {
  readonly steps: readonly Step[];
  readonly timings: readonly Timing[];
  /** Containers of the stack that no service asks for any more. */
  readonly orphans: readonly string[];
}

/** What `up` would do, read from Podman as it is. */
async function planUp(stage: Stage, request: UpRequest, { signal }: { readonly signal: AbortSignal }) {
  const { podman, manifest } = stage;
  const services = inOrder(manifest, request.names);
  const [containers, images] = await Promise.all([readContainers(podman, { signal }), readImages(podman, { signal })]);
  const steps = plan(services, manifest.project, containers, images, stage.local).map((step): Step => {
    const { name } = step.service;
    if (step.container === null) return step;
    if (request.renew?.includes(name) === true) return { ...step, do: "recreate", why: "it is to be made anew" };
    const isOver = step.do === "keep" && step.container.state !== "running";
    return isOver && request.again?.includes(name) === true ? { ...step, do: "start", why: "it was stopped" } : step;
  });
  const made = steps.filter((step) => step.do === "create" || step.do === "recreate").map(({ service }) => service);
  const wantsBuild = (service: Service) => service.build !== null && request.build === "always";
  const obtained = [
    ...missingImages(services.filter(wantsBuild), images, true),
    ...missingImages(
      made.filter((service) => !wantsBuild(service)),
      images,
      false,
    ),
  ];
  const missing = await missingBelongings(podman, manifest, made, { signal });
  const known = new Set(manifest.services.map(({ name }) => name));
  const orphans = containers
    .filter((one) => one.labels[labels.project] === manifest.project && !known.has(one.labels[labels.service] ?? ""))
    .map(({ name }) => name);
  return { services, steps, obtained, missing, orphans };
}

/** The podman commands that `up` would run, in an order in which they could be typed. */
export async function dryRun(stage: Stage, request: UpRequest, options: { readonly signal: AbortSignal }) {
  const { steps, obtained, missing } = await planUp(stage, request, options);
  return [
    ...obtained.map((service) => obtainArgv(service, stage.manifest.project)),
    ...belongingsArgv(missing, stage.manifest.project),
    ...steps.flatMap((step) => stepArgv(stage, step).map(({ argv }) => argv)),
  ];
}

function refuseImages(obtained: readonly Service[], { build, pull }: UpRequest): void {
  const refused = obtained.find((one) => (one.build === null ? pull === "never" : build === "never"));
  if (refused === undefined) return;
  throw new Failure("dependency", {
    what: `The service ${refused.name} was not started`,
    why: `its image ${refused.image} is not on this machine`,
    hint: refused.build === null ? "Type: aistack pull" : "Type: aistack build",
  });
}

function dependencyFailed(service: Service, dependency: Dependency, cause: unknown): Failure {
  if (cause instanceof Failure) {
    const { code, what, why, hint } = cause;
    return new Failure(code, {
      what,
      why: `${why}\n  so ${service.name}, which needs it, was not started`,
      hint,
      cause,
    });
  }
  return new Failure("failed", { what: `${dependency.service} did not get ready`, why: String(cause), cause });
}

/**
 * Brings services up: what is missing is made, what changed is made anew, each as soon as what it needs is ready.
 * Fails with the first failure; what was started stays, and a second `up` goes on from there.
 */
export async function bringUp(
  stage: Stage,
  request: UpRequest,
  { signal }: { readonly signal: AbortSignal },
): Promise<UpReport> {
  const began = performance.now();
  const since = () => Math.round(performance.now() - began);
  const { services, steps, obtained, missing, orphans } = await planUp(stage, request, { signal });
  refuseImages(obtained, request);
  const { podman, manifest, say } = stage;
  const failing = new AbortController();
  const both = AbortSignal.any([signal, failing.signal]);
  await Promise.all(obtained.map((service) => obtainImage(stage, service, { signal })));
  const source = request.secrets;
  await makeBelongings(podman, manifest.project, missing, { source, timeoutMs: stage.changeTimeoutMs });
  const look = openLook(podman, manifest.project, { signal: both });
  const times = new Map(services.map(({ name }) => [name, { freeMs: 0, startedMs: 0, readyMs: 0 }]));
  const tasks = new Map<string, Promise<void>>();
  const waits = new Map<string, Promise<void>>();
  const ready = (service: Service, condition: Condition) => {
    const key = `${condition} ${service.name}`;
    const wait = waits.get(key) ?? waitFor(stage, look, service, condition, { signal: both });
    waits.set(key, wait);
    return wait;
  };

  const freed = async (service: Service, dependency: Dependency) => {
    const other = services.find(({ name }) => name === dependency.service);
    if (other === undefined) return;
    try {
      await tasks.get(other.name);
      if (dependency.condition !== "started") await ready(other, dependency.condition);
      const time = times.get(other.name);
      if (time !== undefined) time.readyMs ||= since();
    } catch (error) {
      if (both.aborted || dependency.required)
        throw both.aborted ? error : dependencyFailed(service, dependency, error);
      say({ type: "stack.waiting", for: service.name, why: `${other.name} is not ready and not required` });
    }
  };
  const bring = async (step: Step) => {
    const { service } = step;
    const time = times.get(service.name);
    await Promise.all(service.dependsOn.map((dependency) => freed(service, dependency)));
    both.throwIfAborted();
    if (time !== undefined) time.freeMs = since();
    await applyStep(stage, step, { signal });
    request.started?.(step);
    if (time !== undefined) time.startedMs = since();
  };
  let first: unknown = null;
  const broken = new Set<string>();
  // What nobody asked for by name and nobody requires may fail alone.
  const isOptional = ({ name }: Service) =>
    !request.names.includes(name) &&
    services.some(({ dependsOn }) => dependsOn.some((one) => one.service === name)) &&
    services.every(({ dependsOn }) => dependsOn.every((one) => one.service !== name || !one.required));
  const optionals = new Set(services.filter(isOptional).map(({ name }) => name));
  const guarded = async (service: Service, work: Promise<void>) => {
    try {
      await work;
    } catch (error) {
      if (optionals.has(service.name) && !both.aborted) {
        say({ type: "stack.waiting", for: service.name, why: `${messageOf(error)}; it is not required` });
        broken.add(service.name);
        throw error;
      }
      first ??= signal.aborted ? (signal.reason ?? error) : error;
      failing.abort(error);
      throw error;
    }
  };
  for (const step of steps) tasks.set(step.service.name, guarded(step.service, bring(step)));
  await Promise.allSettled(tasks.values());
  if (first !== null) throw first;
  request.allStarted?.();
  if (request.wait) {
    const settle = async (service: Service) => {
      for (const condition of ownConditions(service)) await ready(service, condition);
      const time = times.get(service.name);
      if (time !== undefined) time.readyMs ||= since();
    };
    await Promise.allSettled(
      services.filter(({ name }) => !broken.has(name)).map((service) => guarded(service, settle(service))),
    );
    if (first !== null) throw first;
  }
  return {
    steps,
    timings: [...times].map(([service, { freeMs, startedMs, readyMs }]) => ({
      service,
      freeMs,
      startedMs,
      readyMs: readyMs === 0 ? null : readyMs,
    })),
    orphans,
  };
}
