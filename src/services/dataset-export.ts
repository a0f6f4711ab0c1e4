import { once } from "node:events";
import { createWriteStream, existsSync } from "node:fs";
import { finished } from "node:stream/promises";
import { diskFailure } from "../engine/disk.ts";
import { Failure } from "../engine/errors.ts";
import { readPairs } from "../engine/learning/dataset.ts";
import { exportLine, inValidation } from "../engine/learning/export.ts";
import { type ExportFormat, exportFormats } from "../engine/learning/export-format.ts";
import type { Review } from "../engine/stores/listed.ts";
import type { Store } from "../engine/stores/store.ts";
import type { Given, Plain } from "./action.ts";
import type { Run } from "./lazily.ts";
import type { Stack } from "./stack.ts";

async function wanted(store: Store): Promise<{ reviews: Map<string, Review>; clusters: ReadonlyMap<string, string> }> {
  const reviews = new Map((await store.reviews()).map(({ id, review }) => [id, review]));
  return { reviews, clusters: await store.splitKeys() };
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

/** Writes the export to a new file, or gives it line by line where no file is named. */
export const exportPairs: Run = (stack, given) => {
  const output = given.text("output");
  return output === null ? exported(stack, given) : exportTo(stack, given, output);
};
