import { cutText } from "../engine/base/text.ts";
import type { ListedLesson } from "../engine/stores/listed.ts";
import type { Store } from "../engine/stores/store.ts";
import type { Given, Plain } from "./action.ts";
import { lookAtWords } from "./older-rules.ts";
import type { Stack } from "./stack.ts";
import { theLesson } from "./the-lesson.ts";
import { wholeNumber } from "./whole-number.ts";

interface Pair {
  readonly kept: string;
  readonly member: string;
  readonly similarity: number;
}

// The clusters, the largest first, each with what is most like its kept lesson first.
async function pairsOf(store: Store): Promise<readonly Pair[][]> {
  const pairs = [...(await store.duplicateClusters())].map(([member, of]) => ({ member, ...of }));
  const clusters = [...Map.groupBy(pairs, ({ kept }) => kept).values()];
  for (const cluster of clusters) {
    cluster.sort((a, b) => b.similarity - a.similarity || (a.member < b.member ? -1 : 1));
  }
  return clusters.sort((a, b) => b.length - a.length || ((a[0]?.kept ?? "") < (b[0]?.kept ?? "") ? -1 : 1));
}

async function lessonOf(store: Store, id: string): Promise<ListedLesson | null> {
  return (await store.lessonsByPrefix(id))[0] ?? null;
}

async function list(store: Store, limit: number): Promise<Plain> {
  const clusters = await pairsOf(store);
  const conflicts = await store.conflicts();
  const duplicates: Plain[] = [];
  for (const { kept, member, similarity } of clusters.flat().slice(0, limit)) {
    const lesson = await lessonOf(store, member);
    duplicates.push({ kept, member, similarity, prompt: cutText(lesson?.prompt ?? "", 60) });
  }
  const answers: Plain[] = [];
  for (const [index, id] of conflicts.flatMap((ids, at) => ids.map((one) => [at + 1, one] as const)).slice(0, limit)) {
    const lesson = await lessonOf(store, id);
    const [prompt, response] = [cutText(lesson?.prompt ?? "", 40), cutText(lesson?.response ?? "", 40)];
    answers.push({ conflict: index, id, prompt, response });
  }
  const nearDuplicates = clusters.reduce((sum, { length }) => sum + length, 0);
  return { nearDuplicates, clusters: clusters.length, conflicts: conflicts.length, duplicates, answers };
}

function side(lesson: ListedLesson | null): Plain | null {
  if (lesson === null) return null;
  const { id, value, timestamp, prompt, response, origin } = lesson;
  return { id, value, timestamp, prompt, response, file: origin.file, offset: origin.offset };
}

async function showOne(store: Store, prefix: string, limit: number): Promise<Plain> {
  const { id } = await theLesson(store, prefix);
  const near = (await pairsOf(store)).flat().filter(({ kept, member }) => kept === id || member === id);
  const pairs: Plain[] = [];
  for (const { kept, member, similarity } of near.slice(0, limit)) {
    pairs.push({
      similarity,
      kept: side(await lessonOf(store, kept)),
      member: side(await lessonOf(store, member)),
    });
  }
  const conflicting = (await store.conflicts()).find((ids) => ids.includes(id)) ?? [];
  const answers: Plain[] = [];
  for (const other of conflicting.slice(0, limit)) {
    const shown = side(await lessonOf(store, other));
    if (shown) answers.push(shown);
  }
  return { lesson: id, isKept: near.every(({ member }) => member !== id), nearDuplicates: near.length, pairs, answers };
}

/** The near-duplicates with what is kept for each, and prompts with conflicting answers; of one lesson both sides whole. */
export async function duplicates(stack: Stack, given: Given): Promise<Plain> {
  const store = await lookAtWords(stack);
  const [id, limit] = [given.text("id"), wholeNumber(given, "limit", 100)];
  return id === null ? list(store, limit) : showOne(store, id, limit);
}
