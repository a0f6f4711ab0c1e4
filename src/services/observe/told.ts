import type { EngineEvent } from "../../engine/events.ts";
import type { StackEvent } from "../supervisor/said.ts";
import { levelOfEvent, sentenceOf } from "./sentence.ts";
import { levelOfStackEvent, stackSentenceOf } from "./stack-sentence.ts";
import type { Level } from "./view.ts";

/** An event as it is told to a person, with how bad it is; null for what is only progress. */
export function toldOf(event: EngineEvent | StackEvent): { readonly level: Level; readonly text: string } | null {
  const ofStack = stackSentenceOf(event);
  if (ofStack !== null) return { level: levelOfStackEvent(event), text: ofStack };
  const text = sentenceOf(event);
  return text === null ? null : { level: levelOfEvent(event), text };
}
