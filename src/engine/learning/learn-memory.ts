import { type Aliases, noAliases } from "./aliases.ts";
import type { Turns } from "./formats/shapes.ts";
import { type LearnedLine, learnLines, type Origin } from "./learn.ts";

/** A small memory of what runs of lines taught, so that sinks that keep step parse each run once. */
export interface LearnMemory {
  /** The names under which lessons are kept. */
  readonly aliases: Aliases;
  /** The lines of a run, and a copy of its bytes that nobody changes. */
  learn(bytes: Buffer, offset: number, origin: Origin, turns: Turns): LearnedRun;
}

/** What a run of lines taught, with its bytes. */
export interface LearnedRun {
  readonly bytes: Buffer;
  readonly lines: readonly LearnedLine[];
}

interface Kept extends LearnedRun {
  readonly offset: number;
  readonly origin: Origin;
  readonly turns: string;
}

function textOf(turns: Turns): string {
  return turns.length === 0 ? "" : JSON.stringify(turns);
}

/** Remembers the last few runs, by content: a run counts as the same only when every byte is. */
export function openLearnMemory(runs: number, maxLineBytes: number, aliases = noAliases): LearnMemory {
  const kept: Kept[] = [];
  return {
    aliases,
    learn(bytes, offset, origin, turns) {
      const turnsText = textOf(turns);
      const known = kept.find(
        (run) =>
          run.offset === offset &&
          run.origin.inode === origin.inode &&
          run.origin.file === origin.file &&
          run.turns === turnsText &&
          run.bytes.equals(bytes),
      );
      if (known) return known;
      const lines = learnLines(bytes, offset, origin, turns, maxLineBytes, aliases);
      // Memory of its own, because whoever keeps it would hold all that others have beside it.
      const own = Buffer.allocUnsafeSlow(bytes.length);
      bytes.copy(own);
      const learned = { bytes: own, lines };
      kept.push({ ...learned, offset, origin, turns: turnsText });
      if (kept.length > runs) kept.shift();
      return learned;
    },
  };
}
