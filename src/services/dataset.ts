import { once } from "node:events";
import { createWriteStream, existsSync } from "node:fs";
import { finished } from "node:stream/promises";
import { diskFailure } from "../engine/disk.ts";
import { Failure } from "../engine/errors.ts";
import { readPairs } from "../engine/learning/dataset.ts";
import { type ExportFormat, exportFormats, exportLine, inValidation } from "../engine/learning/export.ts";
import type { ListedLesson, Review } from "../engine/stores/listed.ts";
import type { Store } from "../engine/stores/store.ts";
import type { Action, Given, Plain } from "./action.ts";
import type { Stack } from "./stack.ts";

function short(lesson: ListedLesson): Plain {
  const { id, kind, value, review, timestamp, prompt, origin } = lesson;
  const { file, offset, bytes } = origin;
  return { id, kind, value, review, timestamp, prompt: prompt.slice(0, 60), file, offset, bytes };
}

async function theLesson(store: Store, prefix: string): Promise<ListedLesson> {
  const found = /^[0-9a-f]{4,64}$/.test(prefix) ? await store.lessonsByPrefix(prefix) : [];
  const [lesson] = found;
  if (lesson && found.length === 1) return lesson;
  throw new Failure("usage", {
    what: `The lesson ${prefix} was not found`,
    why: found.length > 1 ? "more than one lesson begins like this" : "no lesson has this id (4 or more hex digits)",
    hint: "Type: aistack dataset list",
  });
}

async function stats(stack: Stack): Promise<Plain> {
  const store = await stack.look();
  const { byKind, nearDuplicates, valued, meanValue, ...counted } = await store.datasetCounts();
  const { pairs = 0 } = await store.counts();
  const readyPairs = stack.config.values["dataset.readyPairs"];
  return {
    path: stack.datasetFile,
    pairs,
    readyPairs,
    ready: pairs >= readyPairs,
    ...counted,
    nearDuplicates,
    valued,
    meanValue,
    byKind,
  };
}

async function list(stack: Stack, given: Given, signal: AbortSignal): Promise<Plain> {
  const store = await stack.look();
  const limit = given.number("limit") ?? 20;
  const like = given.text("like");
  if (like === null) return { lessons: (await store.listLessons(limit, given.text("search"))).map(short) };
  const [{ embedderOf }, { nearestTo }] = await Promise.all([import("./learner.ts"), import("./vectors.ts")]);
  const embedder = embedderOf(stack.config);
  const [vector] = await embedder.embed([like], { signal });
  const found = vector ? await nearestTo(stack.config, store, vector, limit, { signal }) : [];
  const lessons: Plain[] = [];
  for (const { id, distance } of found) {
    for (const lesson of await store.lessonsByPrefix(id)) lessons.push({ ...short(lesson), distance });
  }
  return { embeddings: embedder.label, lessons };
}

async function wanted(store: Store): Promise<{ reviews: Map<string, Review>; clusters: Map<string, string> }> {
  const reviews = new Map((await store.reviews()).map(({ id, review }) => [id, review]));
  const clusters = new Map<string, string>();
  // A near-duplicate belongs to the cluster of the lesson it is near to, which was measured before it.
  for (const { id, nearest } of await store.nearDuplicates()) clusters.set(id, clusters.get(nearest) ?? nearest);
  return { reviews, clusters };
}

function isFormat(word: string | null): word is ExportFormat {
  return exportFormats.some((format) => format === word);
}

/** The export, line by line; only what is asked for: rejected pairs never, others by `approved-only` and `part`. */
async function* exported(stack: Stack, given: Given): AsyncGenerator<string> {
  const format = given.text("format");
  if (!isFormat(format)) return;
  if (!existsSync(stack.datasetFile)) {
    throw new Failure("home", {
      what: "Nothing was exported",
      why: `${stack.datasetFile} does not exist`,
      hint: "Type: aistack learn --once",
    });
  }
  const { reviews, clusters } = await wanted(await stack.look());
  const share = given.number("validation") ?? 0;
  const part = given.text("part") ?? "train";
  for await (const { pair } of readPairs(stack.datasetFile)) {
    if (pair === null) continue;
    const id = pair.metadata.lesson_id;
    const review = reviews.get(id) ?? "pending";
    if (review === "rejected" || (given.flag("approved-only") && review !== "approved")) continue;
    if (inValidation(clusters.get(id) ?? id, share) === (part === "validation")) yield exportLine(pair, format);
  }
}

async function exportTo(stack: Stack, given: Given, file: string): Promise<Plain> {
  const output = createWriteStream(file, { flags: "wx", mode: 0o600 });
  let pairs = 0;
  try {
    for await (const line of exported(stack, given)) {
      pairs++;
      if (!output.write(`${line}\n`)) await once(output, "drain");
    }
    output.end();
    await finished(output);
  } catch (error) {
    throw error instanceof Failure ? error : diskFailure(error, `The export ${file} was not written`, file);
  }
  return { file, format: given.text("format"), pairs };
}

async function review(stack: Stack, given: Given, verdict: Review): Promise<Plain> {
  await stack.look();
  const store = await stack.openStore();
  const reviewed: Plain[] = [];
  for (const prefix of given.list("id")) {
    const { id } = await theLesson(store, prefix);
    await store.review(id, verdict);
    reviewed.push({ id, review: verdict });
  }
  return { reviewed };
}

const ids = [
  { name: "id", type: "list", sentence: "Lesson ids or their beginnings", positional: true, required: true },
] as const;

/** What can be done with the dataset. */
export const datasetActions: readonly Action[] = [
  {
    name: "dataset stats",
    sentence: "Count what the fine-tuning dataset holds and whether it is ready",
    args: [],
    reads: true,
    run: (stack) => stats(stack),
  },
  {
    name: "dataset list",
    sentence: "List lessons with the file and offset each came from",
    args: [
      { name: "limit", type: "number", sentence: "Most lessons listed", fallback: 20 },
      { name: "search", type: "string", sentence: "Only lessons with all these words" },
      { name: "like", type: "string", sentence: "The lessons whose vectors are nearest to this text" },
    ],
    reads: true,
    run: (stack, given, { signal }) => list(stack, given, signal),
  },
  {
    name: "dataset show",
    sentence: "Show one lesson whole",
    args: [{ name: "id", type: "string", sentence: "Lesson id or its beginning", positional: true, required: true }],
    reads: true,
    run: async (stack, given) => ({ lesson: await theLesson(await stack.look(), given.text("id") ?? "") }),
  },
  {
    name: "dataset export",
    sentence: "Write the pairs in a trainer's format, to a new file or to standard output",
    args: [
      { name: "format", type: "string", sentence: "Format", choices: exportFormats, required: true },
      { name: "output", type: "string", sentence: "File to make; standard output when not given" },
      { name: "validation", type: "number", sentence: "Share set aside for validation, 0 to below 1", fallback: 0 },
      {
        name: "part",
        type: "string",
        sentence: "Which part to write",
        choices: ["train", "validation"],
        fallback: "train",
      },
      { name: "approved-only", type: "boolean", sentence: "Only pairs a person approved" },
    ],
    reads: true,
    run(stack, given) {
      const output = given.text("output");
      return output === null ? exported(stack, given) : exportTo(stack, given, output);
    },
  },
  {
    name: "dataset approve",
    sentence: "Approve lessons for training",
    args: ids,
    reads: false,
    run: (stack, given) => review(stack, given, "approved"),
  },
  {
    name: "dataset reject",
    sentence: "Reject lessons; they are never exported",
    args: ids,
    reads: false,
    run: (stack, given) => review(stack, given, "rejected"),
  },
];
