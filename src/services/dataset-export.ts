import { Failure } from "../engine/errors.ts";
import { openDatasetSnapshot } from "../engine/learning/dataset-snapshot.ts";
import { inValidation } from "../engine/learning/export.ts";
import type { Store } from "../engine/stores/store.ts";
import type { Plain } from "./action.ts";
import { openExportFile } from "./export-file.ts";
import { type ExportOptions, exportOptions, isPrinted } from "./export-options.ts";
import { exportRows } from "./export-rows.ts";
import { keptFiles } from "./kept-files.ts";
import type { Run } from "./lazily.ts";
import { refuseOlderRules } from "./older-rules.ts";
import type { Stack } from "./stack.ts";

interface PartRow {
  readonly part: "train" | "validation";
  readonly line: string;
}

/** The rows that are asked for, of the dataset as it is now. */
async function* rowsOf(
  stack: Stack,
  store: Store,
  options: ExportOptions,
  signal: AbortSignal,
): AsyncGenerator<PartRow> {
  await refuseOlderRules(store, "Nothing was exported");
  await using snapshot = await openDatasetSnapshot(stack.datasetFile, { signal });
  for await (const { line, key } of exportRows(snapshot, store, options, { signal })) {
    const part = inValidation(key, options.share) ? "validation" : "train";
    if (options.part === "both" || options.part === part) yield { part, line };
  }
}

function nothingExported(): Failure {
  return new Failure("failed", {
    what: "Nothing was exported",
    why: "there is no row of what was asked for, and no trainer loads an empty file",
    hint: "Look what there is. Type: aistack dataset stats; aistack dataset export --help",
  });
}

async function exportTo(stack: Stack, options: ExportOptions, output: string, signal: AbortSignal): Promise<Plain> {
  const split = options.part === "both";
  const { force } = options;
  // What there is to export is known to be there before anything is made.
  const store = await stack.look();
  const rows = rowsOf(stack, store, options, signal);
  let next = await rows.next();
  if (next.done === true) {
    throw nothingExported();
  }
  const file = await openExportFile(output, {
    split,
    force,
    source: stack.datasetFile,
    whyKept: await keptFiles(stack, store),
  });
  const counted = { train: 0, validation: 0 };
  try {
    for (; next.done !== true; next = await rows.next()) {
      const { part, line } = next.value;
      counted[part]++;
      await file.write(part, line);
    }
    signal.throwIfAborted();
    await file.publish();
  } catch (error) {
    await file.discard();
    throw error;
  } finally {
    await rows.return(undefined);
  }
  const pairs = counted.train + counted.validation;
  return { file: output, format: options.format, pairs, ...(split ? counted : {}) };
}

async function* printed(
  stack: Stack,
  options: ExportOptions,
  signal: AbortSignal,
): AsyncGenerator<string, Plain | undefined> {
  let pairs = 0;
  for await (const { line } of rowsOf(stack, await stack.look(), options, signal)) {
    pairs++;
    yield line;
  }
  if (pairs === 0) throw nothingExported();
  return { file: "-", format: options.format, pairs };
}

/** Writes the export to a new file, or gives it line by line where it goes to standard output. */
export const exportPairs: Run = (stack, given, { signal }) => {
  const options = exportOptions(given);
  if (isPrinted(given) || options.output === null) return printed(stack, options, signal);
  return exportTo(stack, options, options.output, signal);
};
