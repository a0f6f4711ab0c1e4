import type { FormMemory } from "../learning/form-memory.ts";
import type { Lesson } from "../learning/lesson.ts";
import { type Placed, placedLesson } from "../learning/placed.ts";
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
export function improve(known: Placed, lesson: Lesson): boolean {
  const { merit, bornMs } = placedLesson(lesson, known.key);
  const isOlder = bornMs !== null && (known.bornMs === null || bornMs < known.bornMs);
  if (!isOlder && merit <= known.merit) return false;
  if (isOlder) known.bornMs = bornMs;
  known.merit = Math.max(known.merit, merit);
  return true;
}
