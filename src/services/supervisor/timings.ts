import type { Service } from "../manifest/service.ts";

/** When a service did what, milliseconds after `up` began; null where it did not come to that. */
export interface Timing {
  readonly service: string;
  /** When everything it waits for was ready. */
  readonly freeMs: number | null;
  readonly startedMs: number | null;
  readonly readyMs: number | null;
}

/** The chain of services that decided how long `up` took: each waited for the one before it. */
export function criticalPath(services: readonly Service[], timings: readonly Timing[]): Timing[] {
  const byName = new Map(timings.map((timing) => [timing.service, timing]));
  const endOf = (timing: Timing) => timing.readyMs ?? timing.startedMs ?? 0;
  const last = (names: readonly string[]) =>
    names
      .flatMap((name) => byName.get(name) ?? [])
      .toSorted((a, b) => endOf(b) - endOf(a))
      .at(0);
  const path: Timing[] = [];
  let at = last([...byName.keys()]);
  while (at !== undefined && !path.includes(at)) {
    path.unshift(at);
    const name = at.service;
    at = last(services.find((one) => one.name === name)?.dependsOn.map(({ service }) => service) ?? []);
  }
  return path;
}
