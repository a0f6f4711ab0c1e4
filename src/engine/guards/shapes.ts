import * as z from "zod";
import { breakerNames } from "./names.ts";

const phase = z.enum(["closed", "open", "half_open"]);
const count = z.int().min(0);

/** One breaker as it is saved. */
export const savedBreakerShape = z.strictObject({
  name: z.enum(breakerNames),
  phase,
  failures: count,
  successes: count,
  openedAt: z.iso.datetime().nullable(),
  tripped: z.string().nullable(),
  lastError: z.string().nullable(),
  lastErrorAt: z.iso.datetime().nullable(),
  /** The last request by hand that was followed. */
  request: z.string().nullable(),
});

/** The file that keeps the breakers over a restart. */
export const savedBreakersShape = z.strictObject({
  schemaVersion: z.literal(1),
  checksum: z.string(),
  breakers: z.array(savedBreakerShape),
});

/** What somebody wants of a breaker, from whatever process. */
export const breakerRequestShape = z.strictObject({
  id: z.string().min(1),
  name: z.enum(breakerNames),
  action: z.enum(["trip", "reset"]),
  why: z.string(),
  at: z.iso.datetime(),
});

/** One breaker as it is saved. */
export type SavedBreaker = z.infer<typeof savedBreakerShape>;

/** What somebody wants of a breaker, from whatever process. */
export type BreakerRequest = z.infer<typeof breakerRequestShape>;
