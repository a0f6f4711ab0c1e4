import type { Ahead } from "./ahead.ts";
import type { Place } from "./ahead-slots.ts";
import type { Turn } from "./formats/shapes.ts";
import { type LearnedLine, learnLines, type Origin } from "./learn.ts";
import { unpackRun } from "./packed-run.ts";

/** A small memory of what runs of lines taught, so that sinks that keep step parse each run once. */
export interface LearnMemory {
  /** The lines of a run, and a copy of its bytes that nobody changes. */
  learn(bytes: Buffer, offset: number, origin: Origin, turn: Turn | null): LearnedRun;
  /** Says which run will be asked for next, so that it can be learned ahead. */
  expect(place: Place): void;
}

/** What a run of lines taught, with its bytes. */
export interface LearnedRun {
  readonly bytes: Buffer;
  readonly lines: readonly LearnedLine[];
}

interface Kept extends LearnedRun {
  readonly offset: number;
  readonly origin: Origin;
  readonly turn: string;
}

function textOf(turn: Turn | null): string {
  return turn === null ? "" : JSON.stringify(turn);
}

/**
 * Remembers the last few runs, by content: a run counts as the same only when every byte is, and so does one that was
 * learned ahead.
 */
export function openLearnMemory(runs: number, maxLineBytes: number, ahead: Ahead | null = null): LearnMemory {
  const kept: Kept[] = [];

  const learnedAhead = (bytes: Buffer, offset: number, origin: Origin, turn: Turn | null): LearnedRun | null => {
    const packed = ahead?.take(origin.inode, offset) ?? null;
    if (packed === null) return null;
    const own = Buffer.from(packed.bytes.buffer, 0, packed.bytes.length);
    const same = packed.file === origin.file && textOf(packed.before) === textOf(turn) && own.equals(bytes);
    if (same) return { bytes: own, lines: unpackRun(packed, offset, origin, turn) };
    ahead?.drop(origin.inode);
    return null;
  };

  return {
    learn(bytes, offset, origin, turn) {
      const turnText = textOf(turn);
      const known = kept.find(
        (run) =>
          run.offset === offset &&
          run.origin.inode === origin.inode &&
          run.origin.file === origin.file &&
          run.turn === turnText &&
          run.bytes.equals(bytes),
      );
      if (known) return known;
      const learned = learnedAhead(bytes, offset, origin, turn) ?? {
        bytes: Buffer.from(bytes),
        lines: learnLines(bytes, offset, origin, turn, maxLineBytes),
      };
      kept.push({ ...learned, offset, origin, turn: turnText });
      if (kept.length > runs) kept.shift();
      return learned;
    },
    expect(place) {
      const { offset, origin } = place;
      // What another sink is at already is remembered here.
      if (!kept.some((run) => run.offset === offset && run.origin.inode === origin.inode)) ahead?.ask(place);
    },
  };
}
