import type * as z from "zod";

/** One setting: what it accepts, what it is when nobody says otherwise, and one sentence about it. */
export interface Setting<T> {
  /** Made when it is needed: a start that needs no schema makes none. */
  readonly shape: () => z.ZodType<T>;
  readonly fallback: T;
  readonly accepts: string;
  readonly sentence: string;
}

/** Declares one setting. */
export function setting<T>(
  shape: () => z.ZodType<T>,
  fallback: NoInfer<T>,
  accepts: string,
  sentence: string,
): Setting<T> {
  return { shape, fallback, accepts, sentence };
}
