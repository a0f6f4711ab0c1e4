import type { Embedder } from "../learning/embed.ts";
import { type Lesson, lessonUuid } from "../learning/lesson.ts";
import type { Point, Qdrant } from "./qdrant-client.ts";
import { type CollectionName, collectionOf, lessonCollections, payloadOf } from "./qdrant-collections.ts";

const pointsAtOnceMax = 256;
const requestBytes = 8 * 1024 * 1024;
const numberBytes = 22;
const payloadBytes = 20 * 1024;

/** Where points go, and what makes their vectors. */
export interface PointsPlace {
  readonly qdrant: Qdrant;
  readonly prefix: string;
  readonly embedder: Embedder;
}

/** How many points of some length go into one request: at most 256, and about 8 MB (Qdrant takes up to 32). */
export function pointsAtOnce(dimensions: number): number {
  return Math.max(1, Math.min(pointsAtOnceMax, Math.floor(requestBytes / (dimensions * numberBytes + payloadBytes))));
}

/** The lessons of a list, each once, that no collection has yet. */
async function missingOf(
  lessons: readonly Lesson[],
  { qdrant, prefix }: PointsPlace,
  options: { readonly signal: AbortSignal },
): Promise<Map<string, Lesson>> {
  const missing = new Map(lessons.toReversed().map((lesson) => [lessonUuid(lesson.id), lesson]));
  // One after the other: a breaker that tries whether the server is back lets one call through at a time.
  for (const name of lessonCollections) {
    for (const id of await qdrant.known(`${prefix}${name}`, [...missing.keys()], options)) missing.delete(id);
  }
  return missing;
}

/**
 * Adds the points of lessons that are not there yet, whatever kind of work they were first known by, and resolves with
 * the ids of those lessons once the server has them for good.
 */
export async function addLessons(
  lessons: readonly Lesson[],
  place: PointsPlace,
  options: { readonly signal: AbortSignal },
): Promise<string[]> {
  if (lessons.length === 0) return [];
  const missing = await missingOf(lessons, place, options);
  const texts = [...missing.values()].map(({ prompt, response }) => `${prompt}\n${response}`);
  const vectors = await place.embedder.embed(texts, options);
  const byCollection = new Map<CollectionName, Point[]>();
  [...missing].forEach(([id, lesson], index) => {
    const vector = vectors[index];
    if (!vector) return;
    const name = collectionOf(lesson);
    const points = byCollection.get(name) ?? [];
    byCollection.set(name, points);
    points.push({ id, vector: [...vector], payload: payloadOf(lesson) });
  });
  const atOnce = pointsAtOnce(place.embedder.dimensions);
  for (const [name, points] of byCollection) {
    for (let from = 0; from < points.length; from += atOnce) {
      await place.qdrant.upsert(`${place.prefix}${name}`, points.slice(from, from + atOnce), options);
    }
  }
  return [...missing.values()].map(({ id }) => id);
}

/** Removes the points of lessons, whatever kind of work they were known by, and returns how many there were. */
export async function removeLessons(
  ids: readonly string[],
  { qdrant, prefix }: Pick<PointsPlace, "qdrant" | "prefix">,
  options: { readonly signal: AbortSignal },
): Promise<number> {
  if (ids.length === 0) return 0;
  const points = ids.map(lessonUuid);
  let removed = 0;
  for (const name of lessonCollections) {
    const there = await qdrant.known(`${prefix}${name}`, points, options);
    await qdrant.remove(`${prefix}${name}`, there, options);
    removed += there.length;
  }
  return removed;
}
