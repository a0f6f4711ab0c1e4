import { hash } from "node:crypto";
import { questionOf } from "../engine/learning/export.ts";
import type { Negative } from "../engine/learning/lesson.ts";
import type { Pair } from "../engine/learning/shapes.ts";
import type { ListedLesson } from "../engine/stores/listed.ts";
import type { Store } from "../engine/stores/store.ts";
import type { ExportLessons } from "./export-lessons.ts";
import type { ExportOptions } from "./export-options.ts";

/** A rejected answer with the accepted answers to the same question. */
export interface Rejected {
  readonly negative: Negative;
  /** None where it has no partner. */
  readonly accepted: readonly string[];
  /** What decides its side of a split. */
  readonly key: string;
}

/** What was rejected, beside what was accepted. */
export interface Partners {
  /** In the order it was rejected, every time it is called. */
  negatives(options: { readonly signal: AbortSignal }): AsyncGenerator<Rejected>;
  /** Whether a lesson is the accepted answer beside a rejected one. */
  isPartner(lessonId: string): boolean;
  /** What decides a lesson's side of a split: all answers to a question that was rejected once are on one side. */
  splitKey(pair: Pair): string;
}

const page = 256;

async function* allNegatives(store: Store, kinds: ReadonlySet<string>, signal: AbortSignal): AsyncGenerator<Negative> {
  for (let after = 0; ; ) {
    signal.throwIfAborted();
    const found = await store.negatives(after, page);
    for (const negative of found) if (kinds.size === 0 || kinds.has(negative.kind)) yield negative;
    if (found.length < page) return;
    after = found.at(-1)?.seq ?? after;
  }
}

// Many questions may have been rejected: of each only its hash is held, and of the best answer its name.
function questionKey(question: string): string {
  return hash("sha256", question.trim().toLowerCase(), "base64url");
}

interface Ranked {
  readonly id: string;
  readonly rank: number;
}

// What a person found good comes first, then what is worth most, then the oldest.
function rankOf({ feedback, value }: ListedLesson): number {
  return (feedback === 1 ? 2 : 0) + (value ?? 0);
}

/**
 * Finds the partners of what was rejected: the answer that was accepted next, and the best lesson with the same
 * question. What is preferred must be what the options ask of lessons; an answer that is no lesson has neither a review
 * nor a value.
 */
export async function openPartners(
  lessons: ExportLessons,
  store: Store,
  { kinds, approvedOnly, minValue }: ExportOptions,
  { signal }: { readonly signal: AbortSignal },
): Promise<Partners> {
  const best = new Map<string, Ranked | null>();
  for await (const { prompt } of allNegatives(store, kinds, signal)) best.set(questionKey(prompt), null);
  if (best.size > 0) {
    for await (const pair of lessons.pairs({ signal })) {
      const question = questionKey(questionOf(pair));
      const former = best.get(question);
      if (former === undefined) continue;
      const [lesson] = await store.lessonsByPrefix(pair.metadata.lesson_id);
      if (lesson === undefined) continue;
      const rank = rankOf(lesson);
      if (former === null || rank > former.rank) best.set(question, { id: lesson.id, rank });
    }
  }
  const partners = new Set([...best.values()].flatMap((one) => (one === null ? [] : [one.id])));
  const keyOf = (question: string, otherwise: string) => {
    const partner = best.get(question) ?? null;
    if (partner !== null) return lessons.splitKey(partner.id);
    return best.has(question) ? question : otherwise;
  };
  const takesNext = !approvedOnly && minValue === null;
  return {
    isPartner: (id) => partners.has(id),
    splitKey: (pair) => keyOf(questionKey(questionOf(pair)), lessons.splitKey(pair.metadata.lesson_id)),
    async *negatives(options) {
      for await (const negative of allNegatives(store, kinds, options.signal)) {
        const question = questionKey(negative.prompt);
        const partner = best.get(question) ?? null;
        const [lesson] = partner === null ? [] : await store.lessonsByPrefix(partner.id);
        const answers = [takesNext ? negative.chosen : "", lesson?.response ?? ""];
        const accepted = [...new Set(answers)].filter((one) => one !== "" && one !== negative.response);
        yield { negative, accepted, key: keyOf(question, question) };
      }
    },
  };
}
