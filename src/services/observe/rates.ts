import type { RatesView } from "./view.ts";

const keptSeconds = 120;
const restSeconds = 6;

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

/** Whether nothing has happened for so long that the rates are zero; then they stand still, and nothing is redrawn. */
export function isAtRest({ events, lessons }: RatesView): boolean {
  const newest = [...events.slice(-restSeconds), ...lessons.slice(-restSeconds)];
  return events.length >= restSeconds && newest.every((value) => value === 0);
}
