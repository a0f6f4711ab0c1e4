import { cleanText } from "../learning/clean.ts";
import { cleanSession } from "../learning/formats/conversation.ts";
import type { Turn } from "../learning/formats/shapes.ts";
import { keptUnits, maxPromptChars } from "../learning/lesson.ts";
import { type Cursor, cursorVersion } from "./cursor.ts";

const nameUnits = 200;

function cleanTurn(turn: Turn, idOf: (hash: string) => string): Turn {
  const { corrects } = turn;
  return {
    ...turn,
    session: cleanSession(turn.session),
    prompt: cleanText(turn.prompt, maxPromptChars),
    response: cleanText(turn.response, keptUnits),
    model: cleanText(turn.model, nameUnits),
    stop: cleanText(turn.stop, nameUnits),
    error: cleanText(turn.error, nameUnits),
    startedAt: cleanText(turn.startedAt, nameUnits),
    answeredAt: cleanText(turn.answeredAt, nameUnits),
    corrects:
      corrects === null
        ? null
        : {
            ...corrects,
            prompt: cleanText(corrects.prompt, maxPromptChars),
            negatives: corrects.negatives.map(idOf),
          },
    taught: turn.taught === "" ? "" : idOf(turn.taught),
  };
}

/** A cursor with the words of its open turns redacted anew, of today's version; its place stays. */
export function cleanCursor(cursor: Cursor, idOf: (hash: string) => string): Cursor {
  return { ...cursor, version: cursorVersion, turns: cursor.turns.map((turn) => cleanTurn(turn, idOf)) };
}
