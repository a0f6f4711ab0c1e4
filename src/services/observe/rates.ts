import type { RatesView } from "./view.ts";

const keptSeconds = 120;

/** No second measured yet. */
export const noRates: RatesView = { events: [], lessons: [], backlog: [] };

/** The rates with one more second. */
export function addSecond(
  rates: RatesView,
  second: { readonly events: number; readonly lessons: number; readonly backlogBytes: number | null },
): RatesView {
  const add = (values: readonly number[], value: number) => [...values.slice(1 - keptSeconds), value];
  return {
    events: add(rates.events, second.events),
    lessons: add(rates.lessons, second.lessons),
    backlog: add(rates.backlog, second.backlogBytes ?? 0),
  };
}

/** Whether another second without anything would leave the rates as they are. */
export function isAtRest({ events, lessons, backlog }: RatesView): boolean {
  const flat = (values: readonly number[]) => values.every((value) => value === 0);
  const last = backlog.at(-1) ?? 0;
  return flat(events) && flat(lessons) && backlog.length > 0 && backlog.every((value) => value === last);
}

/** The mean of the newest seconds; null before the first. */
export function meanOf(values: readonly number[], seconds: number): number | null {
  const newest = values.slice(-seconds);
  return newest.length === 0 ? null : newest.reduce((sum, value) => sum + value, 0) / newest.length;
}
