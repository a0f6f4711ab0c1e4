import type { Emit } from "../events.ts";
import type { Cursor } from "./cursor.ts";

type Place = Pick<Cursor, "offset" | "print">;

/** Bytes that went away with a file, or were cut from it. */
export interface Loss {
  readonly type: "file.gone" | "file.cut";
  readonly file: string;
  readonly unreadBytes: number;
}

/** Bytes that went away unread, until it is certain that no copy of them is left. */
export interface Losses {
  /** Bytes behind a place went away, with the file or by its being cut. */
  note(place: Place, event: Loss): void;
  /** The content was found again. */
  found(place: Place): void;
  /** A generation of a log is read from its start: what nobody had begun to read is in it. */
  foundWhole(log: string): void;
  /** A look at what is there begins. */
  looked(): void;
  /** Says what was not found by many looks: a copy may just be being compressed, or moved on. */
  say(): void;
  /** Says what was not found, because nobody will look any more. */
  sayAll(): void;
}

/** Looks at what is there until a copy counts as missing: some seconds. */
export const looksForCopy = 10;

const foundMost = 1000;

/** Opens the losses of one follower. */
export function openLosses(sink: string, emit: Emit): Losses {
  const noted = new Map<string, { event: Loss; look: number }>();
  // A copy may be found before it is noticed that its log was cut.
  const foundFirst = new Set<string>();
  let look = 0;
  const keyOf = ({ offset, print }: Place) => `${offset} ${print.headHash} ${print.tailHash}`;
  const sayTo = (last: number) => {
    for (const [key, one] of noted) {
      if (one.look > last) continue;
      noted.delete(key);
      emit({ ...one.event, sink });
    }
  };
  return {
    note(place, event) {
      const key = keyOf(place);
      if (!foundFirst.delete(key)) noted.set(key, { event, look });
    },
    found(place) {
      const key = keyOf(place);
      if (noted.delete(key)) return;
      if (foundFirst.size >= foundMost) foundFirst.clear();
      foundFirst.add(key);
    },
    foundWhole(log) {
      for (const [key, { event }] of noted) if (key.startsWith("0 ") && event.file === log) noted.delete(key);
    },
    looked: () => void look++,
    say: () => sayTo(look - looksForCopy),
    sayAll: () => sayTo(look),
  };
}
