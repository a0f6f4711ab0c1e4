import type { Aliases } from "../learning/aliases.ts";
import { settleTurn } from "../learning/learn.ts";
import { isCutOff } from "../learning/success.ts";
import { addSettled, type OpenBatch } from "./batch.ts";
import { cursorOf, type Followed } from "./followed.ts";

/** Whether a file has a turn that is answered, or whose answer was cut before its first word, and not decided. */
export function hasUndecided({ turns }: Followed): boolean {
  return turns.some(
    ({ settled, response, error, stop }) => !settled && (response !== "" || error !== "" || isCutOff(stop)),
  );
}

/** Whether a file has such a turn, and nothing has followed it for so long; null waits for nothing. */
export function isQuiet(followed: Followed, turnIdleMs: number | null): boolean {
  if (!hasUndecided(followed) || followed.readyAt < followed.ready.length) return false;
  if (turnIdleMs === null) return true;
  const quietMs = Math.max(Date.now() - followed.changedAtMs, performance.now() - followed.movedAt);
  return followed.size <= followed.offset && quietMs >= turnIdleMs;
}

/** Decides the open turns of a file that nothing follows for the time being, and puts what they came to into a batch. */
export function settleTurns(batch: OpenBatch, followed: Followed, aliases: Aliases): void {
  const { file, inode } = followed;
  followed.turns = followed.turns.map((turn) => {
    const settled = settleTurn(turn, { file, inode }, aliases);
    if (settled === null) return turn;
    addSettled(batch, settled.learned, turn.dialect, file);
    return settled.turn;
  });
  batch.cursors.push(cursorOf(followed));
}
