import type { FormMemory } from "../learning/form-memory.ts";
import type { Lesson } from "../learning/lesson.ts";
import type { Placed } from "../learning/placed.ts";
import { appraise } from "../learning/value.ts";
import type { Row } from "./cursor-rows.ts";

function textOrNull(value: unknown): string | null {
  return value === null || value === undefined ? null : String(value);
}

/** The measured lesson in a row. */
export function toPlaced(row: Row, forms: FormMemory): Placed {
  const id = String(row.id);
  return {
    key: Number(row.key),
    id,
    form: forms.of(id, row.form),
    merit: Number(row.merit),
    worth: Number(row.worth),
    bornMs: row.born === null ? null : Number(row.born),
    nearest: textOrNull(row.nearest),
    similarity: Number(row.similarity),
    kept: textOrNull(row.kept),
  };
}

/** Takes over what is better of the same lesson that came again; says whether anything is. */
export function improve(known: Pick<Placed, "merit" | "bornMs">, lesson: Lesson): boolean {
  const born = Date.parse(lesson.timestamp);
  const isOlder = !Number.isNaN(born) && (known.bornMs === null || born < known.bornMs);
  // The same words differ in nothing but what their user thought of them.
  const merit = lesson.feedback === null ? 0 : (appraise(lesson, 0).value ?? 0);
  const isBetter = merit > known.merit;
  if (isOlder) known.bornMs = born;
  if (isBetter) known.merit = merit;
  return isOlder || isBetter;
}
