import { existsSync } from "node:fs";
import type { Alias } from "../learning/aliases.ts";
import { openDatasetFile } from "../learning/dataset.ts";
import { datasetLine, parseDatasetLine, wordsOfPair } from "../learning/export.ts";
import { lessonId, refusalOfWords } from "../learning/lesson.ts";
import { redactLine, redactValue } from "../learning/redact-json.ts";
import type { Pair } from "../learning/shapes.ts";
import type { Renewal } from "../stores/renewal.ts";
import { cleanWords, resolved } from "./lessons.ts";

/** A line of the dataset with the pair in it, if it has one of this program. */
interface Line {
  readonly bytes: Buffer;
  readonly pair: Pair | null;
}

const newline = 10;

function textOf(bytes: Buffer): string {
  return bytes.toString("utf8", 0, bytes.at(-1) === newline ? bytes.length - 1 : bytes.length);
}

// A line with nothing to redact stays byte for byte.
function lineOf(text: string, { bytes }: Line): Buffer {
  return text === textOf(bytes) ? bytes : Buffer.from(`${text}\n`);
}

function otherLine(line: Line): Buffer {
  const text = textOf(line.bytes);
  return lineOf(redactLine(text), line);
}

// A pair whose lesson is in no row, because the rows are behind or it is another program's.
function strangeLine(line: Line, pair: Pair, aliases: Map<string, string>): Buffer | null {
  const id = pair.metadata.lesson_id;
  const words = wordsOfPair(pair);
  if (words !== null && lessonId(words.prompt, words.response) === id) {
    const { prompt, response } = cleanWords({ patternId: "", backend: "", ...words });
    if (refusalOfWords({ prompt, response }) !== null) return null;
    const hash = lessonId(prompt, response);
    if (hash !== id && !aliases.has(hash)) aliases.set(hash, id);
  }
  const value: unknown = JSON.parse(textOf(line.bytes));
  const clean = redactValue(value);
  if (typeof clean === "object" && clean !== null && "metadata" in clean && typeof clean.metadata === "object")
    clean.metadata = { ...clean.metadata, lesson_id: id };
  return JSON.stringify(clean) === JSON.stringify(value) ? line.bytes : Buffer.from(`${JSON.stringify(clean)}\n`);
}

/**
 * Redacts the dataset anew: the pairs of lessons are written from their rows, each once; what else is in it is redacted
 * as it stands. Returns how many lines were changed or removed. It is written whole beside the file and put in its place.
 */
export async function renewDataset(
  renewal: Renewal,
  file: string,
  { signal }: { readonly signal: AbortSignal },
): Promise<number> {
  if (!existsSync(file)) return 0;
  // Names of pairs that are not kept yet are read from the file when it is opened for learning.
  await renewal.change({ facts: { "dataset.bytes": "0" } });
  const written = new Set<string>();
  let changed = 0;
  const renew = async (all: readonly Buffer[]): Promise<Buffer[]> => {
    const lines: Line[] = all.map((bytes) => ({ bytes, pair: parseDatasetLine(textOf(bytes)) }));
    const ids = [...new Set(lines.flatMap(({ pair }) => (pair ? [pair.metadata.lesson_id] : [])))];
    const names = await resolved(renewal, ids);
    const rows = await renewal.lessonsOf([...new Set(ids.map((id) => names.get(id) ?? id))]);
    const lessons = new Map(rows.map(({ lesson }) => [lesson.id, lesson]));
    const aliases = new Map<string, string>();
    const kept = lines.flatMap((line): Buffer[] => {
      if (line.pair === null) return [otherLine(line)];
      const id = names.get(line.pair.metadata.lesson_id) ?? line.pair.metadata.lesson_id;
      if (written.has(id)) return [];
      const lesson = lessons.get(id);
      const renewed = lesson ? lineOf(datasetLine(lesson), line) : strangeLine(line, line.pair, aliases);
      if (renewed === null) return [];
      written.add(id);
      return [renewed];
    });
    if (aliases.size > 0) {
      const known = await renewal.aliasesOf([...aliases.keys()]);
      const fresh: Alias[] = [...aliases].filter(([alias]) => !known.has(alias));
      await renewal.change({ aliases: fresh });
    }
    const before = new Set(all);
    changed += all.length - kept.filter((line) => before.has(line)).length;
    return kept;
  };
  const dataset = await openDatasetFile(file, { signal });
  try {
    await dataset.rewrite(renew, { signal });
  } finally {
    dataset.close();
  }
  return changed;
}
