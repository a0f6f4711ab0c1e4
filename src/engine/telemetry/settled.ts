import type { Aliases } from "../learning/aliases.ts";
import { settleTurn } from "../learning/learn.ts";
import { addSettled, type OpenBatch } from "./batch.ts";
import { cursorOf, type Followed } from "./followed.ts";

/** Whether a file has a turn that is answered and not decided. */
export function hasUndecided({ turns }: Followed): boolean {
  return turns.some(({ settled, response, error }) => !settled && (response !== "" || error !== ""));
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
