import { Failure } from "../engine/errors.ts";
import { type ExportFormat, exportFormats } from "../engine/learning/export-format.ts";
import { lessonKinds } from "../engine/learning/lesson.ts";
import type { Given } from "./action.ts";

/** The parts an export can be split into. */
export const exportParts = ["train", "validation", "both"] as const;

/** What an export is asked for. */
export interface ExportOptions {
  readonly format: ExportFormat;
  /** Share of the rows set aside for validation, 0 to below 1. */
  readonly share: number;
  readonly part: (typeof exportParts)[number];
  readonly approvedOnly: boolean;
  /** Least value of a lesson, 0 to 1; null where any will do, one that was not measured included. */
  readonly minValue: number | null;
  readonly nearDuplicates: boolean;
  /** The kinds wanted; none means all. */
  readonly kinds: ReadonlySet<string>;
  /** Where it goes; null for standard output. */
  readonly output: string | null;
  readonly force: boolean;
}

function misused(why: string, hint: string): Failure {
  return new Failure("usage", { what: "Nothing was exported", why, hint: `Type: aistack dataset export ${hint}` });
}

function oneOf<T extends string>(name: string, word: string | null, words: readonly T[]): T {
  const found = words.find((one) => one === word);
  if (found !== undefined) return found;
  const given = word === null ? "is needed" : `${word} is not known`;
  throw misused(`--${name} ${given}; it is one of ${words.join(", ")}`, `--${name} ${words[0]}`);
}

/** Whether an export is printed line by line. */
export function isPrinted(given: Given): boolean {
  return [null, "-"].includes(given.text("output"));
}

/** Reads what an export is asked for. Fails with `usage`, naming what is accepted. */
export function exportOptions(given: Given): ExportOptions {
  const format = oneOf("format", given.text("format"), exportFormats);
  const part = oneOf("part", given.text("part") ?? "train", exportParts);
  const share = given.number("validation") ?? 0;
  if (!(share >= 0 && share < 1)) throw misused(`${share} is not a share from 0 to below 1`, "--validation 0.1");
  if (part !== "train" && share === 0) throw misused(`--part ${part} needs a share above 0`, "--validation 0.1");
  const output = isPrinted(given) ? null : given.text("output");
  if (part === "both" && output === null) throw misused("both parts go into a directory", "--part both --output NAME");
  const minValue = given.number("min-value");
  if (minValue !== null && !(minValue <= 1)) throw misused(`${minValue} is not a value from 0 to 1`, "--min-value 0.7");
  const kinds = new Set(given.list("kind").map((kind) => oneOf("kind", kind, lessonKinds)));
  return {
    format,
    share,
    part,
    approvedOnly: given.flag("approved-only"),
    minValue,
    nearDuplicates: !given.flag("no-near-duplicates"),
    kinds,
    output,
    force: given.flag("force"),
  };
}
