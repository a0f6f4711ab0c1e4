import type { LogLine } from "../supervisor/state.ts";

/** Up to where each service's log was heard, so that whoever follows it again hears no line twice. */
export interface LogPlaces {
  /** Whether a line was not heard before; from then on it was. */
  isNew(line: LogLine): boolean;
  /** From when on to read a service's log; null for one that was never heard. */
  since(service: string): string | null;
}

interface Place {
  readonly service: string;
  readonly at: string;
  readonly order: string;
  /** Lines that were heard with this very time. */
  heard: number;
  /** Lines with this very time that came again since the log was last opened. */
  again: number;
}

/** A time as a text that sorts as the times do; empty for none. Nanoseconds count. */
export function timeOrder(at: string | null): string {
  const [seconds = "", fraction = ""] = (at ?? "").replace(/Z$/, "").split(".");
  return seconds === "" ? "" : `${seconds}.${fraction.padEnd(9, "0")}`;
}

/** Opens the places of logs of which nothing was heard yet. */
export function openLogPlaces(): LogPlaces {
  // What a container wrote to its two outputs comes in two streams, each in the order of its times.
  const places = new Map<string, Place>();
  return {
    isNew({ service, stream, at }) {
      const order = timeOrder(at);
      if (at === null) return true;
      const key = `${service} ${stream}`;
      const place = places.get(key);
      if (place && order < place.order) return false;
      if (place && order === place.order) {
        place.again++;
        if (place.again <= place.heard) return false;
        place.heard = place.again;
        return true;
      }
      places.set(key, { service, at, order, heard: 1, again: 1 });
      return true;
    },
    since(service) {
      const own = [...places.values()].filter((place) => place.service === service);
      for (const place of own) place.again = 0;
      return own.toSorted((a, b) => (a.order < b.order ? -1 : 1))[0]?.at ?? null;
    },
  };
}
