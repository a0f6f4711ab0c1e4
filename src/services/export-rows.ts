import type { DatasetSnapshot } from "../engine/learning/dataset-snapshot.ts";
import { acceptedOf, labelLine, pairLine, preferenceLine, promptMessages } from "../engine/learning/export.ts";
import { type ExportFormat, labelFormats, pairFormats, preferenceFormats } from "../engine/learning/export-format.ts";
import type { Store } from "../engine/stores/store.ts";
import { type ExportLessons, openExportLessons } from "./export-lessons.ts";
import type { ExportOptions } from "./export-options.ts";
import { openPartners, type Partners } from "./export-partners.ts";

/** One row of an export. */
export interface ExportRow {
  readonly line: string;
  /** What decides its side of a split. */
  readonly key: string;
}

type Signalled = { readonly signal: AbortSignal };

async function* pairRows(lessons: ExportLessons, format: (typeof pairFormats)[number], options: Signalled) {
  for await (const pair of lessons.pairs(options)) {
    yield { line: pairLine(pair, format), key: lessons.splitKey(pair.metadata.lesson_id) };
  }
}

async function* preferenceRows(partners: Partners, format: (typeof preferenceFormats)[number], options: Signalled) {
  for await (const { negative, accepted, key } of partners.negatives(options)) {
    const prompt = promptMessages(negative);
    for (const chosen of accepted) {
      yield { line: preferenceLine({ prompt, chosen, rejected: negative.response }, format), key };
    }
  }
}

async function* labelRows(
  lessons: ExportLessons,
  partners: Partners,
  format: (typeof labelFormats)[number],
  options: Signalled,
) {
  for await (const pair of lessons.pairs(options)) {
    if (partners.isPartner(pair.metadata.lesson_id)) continue;
    yield { line: labelLine(acceptedOf(pair), format), key: partners.splitKey(pair) };
  }
  for await (const { negative, accepted, key } of partners.negatives(options)) {
    if (accepted.length > 0) continue;
    const row = { prompt: promptMessages(negative), completion: negative.response, label: false };
    yield { line: labelLine(row, format), key };
  }
}

function among<T extends ExportFormat>(formats: readonly T[], format: ExportFormat): T | null {
  return formats.find((one) => one === format) ?? null;
}

/** Every row of an export, of both parts. */
export async function* exportRows(
  snapshot: DatasetSnapshot,
  store: Store,
  options: ExportOptions,
  signalled: Signalled,
): AsyncGenerator<ExportRow> {
  const { format } = options;
  const lessons = await openExportLessons(snapshot, store, options);
  const plain = among(pairFormats, format);
  if (plain !== null) return yield* pairRows(lessons, plain, signalled);
  const partners = await openPartners(lessons, store, options, signalled);
  const preferred = among(preferenceFormats, format);
  if (preferred !== null) return yield* preferenceRows(partners, preferred, signalled);
  const labelled = among(labelFormats, format);
  if (labelled !== null) yield* labelRows(lessons, partners, labelled, signalled);
}
