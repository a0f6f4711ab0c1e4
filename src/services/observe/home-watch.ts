import { inodeKeyAt } from "../../engine/telemetry/identity.ts";

/** Looks whether the places of a learner are still those in which it began. */
export interface HomeWatch {
  /** What is there now is what it works on. */
  begin(): void;
  /** The first place that was removed, or that another one stands in for; null while all are there. */
  gone(): string | null;
}

/** Opens the watch of a home and of what in it must not go. */
export function openHomeWatch(places: readonly string[]): HomeWatch {
  let first: readonly string[] = [];
  return {
    begin() {
      first = places.map(inodeKeyAt);
    },
    gone: () => places.find((place, at) => inodeKeyAt(place) !== first[at]) ?? null,
  };
}
