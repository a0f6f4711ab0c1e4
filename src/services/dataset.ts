import { cutText } from "../engine/base/text.ts";
import { Failure } from "../engine/errors.ts";
import { exportFormats } from "../engine/learning/export-format.ts";
import { lessonKinds } from "../engine/learning/lesson.ts";
import type { ListedLesson, Review } from "../engine/stores/listed.ts";
import type { Action, Given, Plain } from "./action.ts";
import { exportParts, isPrinted } from "./export-options.ts";
import { lazily } from "./lazily.ts";
import { lookAtWords } from "./older-rules.ts";
import type { Stack } from "./stack.ts";
import { theLesson } from "./the-lesson.ts";
import { wholeNumber } from "./whole-number.ts";

function short(lesson: ListedLesson): Plain {
  const { id, kind, value, review, timestamp, prompt, origin } = lesson;
  const { file, offset, bytes } = origin;
  return { id, kind, value, review, timestamp, prompt: cutText(prompt, 60), file, offset, bytes };
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
  const limit = wholeNumber(given, "limit", 20);
  const like = given.text("like");
  if (like?.trim() === "") {
    throw new Failure("usage", {
      what: "Nothing was listed",
      why: "--like is empty, and every lesson is as near to that as any other",
      hint: "Give the text to compare with: aistack dataset list --like 'TEXT'",
    });
  }
  const store = await lookAtWords(stack);
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

function refuseAll(error: unknown): never {
  if (!(error instanceof Failure)) throw error;
  const { code, what, why, hint } = error;
  throw new Failure(code, { what: `${what}, and no lesson was reviewed`, why, hint, cause: error });
}

async function review(stack: Stack, given: Given, verdict: Review): Promise<Plain> {
  const seen = await stack.look();
  const ids = new Set<string>();
  for (const prefix of given.list("id")) ids.add((await theLesson(seen, prefix).catch(refuseAll)).id);
  const store = await stack.openStore();
  // Handed over together, they are written together.
  await Promise.all([...ids].map((id) => store.review(id, verdict)));
  return { reviewed: [...ids].map((id) => ({ id, review: verdict })) };
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
    run: async (stack, given) => ({ lesson: await theLesson(await lookAtWords(stack), given.text("id") ?? "") }),
  },
  {
    name: "dataset duplicates",
    sentence: "List near-duplicates with the lesson kept for each, and prompts with conflicting answers",
    args: [
      { name: "id", type: "string", sentence: "Lesson id or its beginning: show both sides whole", positional: true },
      { name: "limit", type: "number", sentence: "Most near-duplicates and conflicting answers listed", fallback: 100 },
    ],
    reads: true,
    run: async (stack, given) => (await import("./dataset-duplicates.ts")).duplicates(stack, given),
  },
  {
    name: "dataset export",
    sentence: "Write the pairs in a trainer's format, to a new file or to standard output",
    args: [
      { name: "format", type: "string", sentence: "Format", choices: exportFormats, required: true },
      { name: "output", type: "string", sentence: "File to make; standard output when not given, or -" },
      { name: "force", type: "boolean", sentence: "Replace a file or a former export that is there" },
      { name: "validation", type: "number", sentence: "Share set aside for validation, 0 to below 1", fallback: 0 },
      {
        name: "part",
        type: "string",
        sentence: "Which part to write; both go into a directory, as train.jsonl and validation.jsonl",
        choices: exportParts,
        fallback: "train",
      },
      { name: "kind", type: "list", sentence: "Only lessons of this kind; may be given again", choices: lessonKinds },
      { name: "min-value", type: "number", sentence: "Only lessons whose measured value is at least this, 0 to 1" },
      { name: "no-near-duplicates", type: "boolean", sentence: "Leave out lessons that nearly repeat another" },
      { name: "approved-only", type: "boolean", sentence: "Only lessons a person approved" },
    ],
    reads: true,
    more: [
      "openai, sharegpt and alpaca hold one row a lesson.",
      "dpo and dpo-chat hold prompt, chosen and rejected: a rejected answer with the answer that was accepted next, and",
      "  with the best lesson that answers the same question. The chosen one is what --min-value, --approved-only and",
      "  --no-near-duplicates are asked of; an answer that became no lesson has no value and no approval.",
      "kto and kto-chat hold prompt, completion and label: what has no partner in dpo with the same options. Lessons are",
      "  true, rejected answers false, so the two may be trained on together and nothing counts twice.",
      "dpo and kto are texts, dpo-chat and kto-chat are messages with their system prompt.",
      "Every row has the same columns with the same types. Lessons that are near-duplicates are on one side of a split, and",
      "  so are all answers to a question that was rejected once.",
    ].join("\n"),
    printsData: isPrinted,
    run: lazily(async () => (await import("./dataset-export.ts")).exportPairs, isPrinted),
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
