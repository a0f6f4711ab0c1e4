import type { Emit } from "../events.ts";
import type { Cursor } from "./cursor.ts";

type Place = Pick<Cursor, "offset" | "print">;

/** Bytes that went away unread, until it is certain that no copy of them is left. */
export interface Losses {
  /** Bytes behind a place went away, with the file or by its being cut. */
  note(place: Place, event: { readonly type: "file.gone" | "file.cut"; file: string; unreadBytes: number }): void;
  /** The content was found again. */
  found(place: Place): void;
  /** A generation of a log is read from its start: what nobody had begun to read is in it. */
  foundWhole(log: string): void;
  /** Says what was not found. */
  say(): void;
}

/** Opens the losses of one follower. */
export function openLosses(sink: string, emit: Emit): Losses {
  const noted = new Map<string, { type: "file.gone" | "file.cut"; file: string; unreadBytes: number }>();
  const keyOf = ({ offset, print }: Place) => `${offset} ${print.headHash} ${print.tailHash}`;
  return {
    note: (place, event) => void noted.set(keyOf(place), event),
    found: (place) => void noted.delete(keyOf(place)),
    foundWhole(log) {
      for (const [key, { file }] of noted) if (key.startsWith("0 ") && file === log) noted.delete(key);
    },
    say() {
      for (const event of noted.values()) emit({ ...event, sink });
      noted.clear();
    },
  };
}
