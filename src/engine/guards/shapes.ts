import * as z from "zod";
import { lazily } from "../lazily.ts";
import { breakerNames } from "./names.ts";

const count = () => z.int().min(0);
const date = () => z.iso.datetime();

/** The file that keeps the breakers over a restart. */
export const savedBreakersShape = lazily(() =>
  z.strictObject({
    schemaVersion: z.literal(1),
    checksum: z.string(),
    breakers: z.array(
      z.strictObject({
        name: z.enum(breakerNames),
        phase: z.enum(["closed", "open", "half_open"]),
        failures: count(),
        successes: count(),
        openedAt: date().nullable(),
        tripped: z.string().nullable(),
        lastError: z.string().nullable(),
        lastErrorAt: date().nullable(),
        /** The last request by hand that was followed. */
        request: z.string().nullable(),
      }),
    ),
  }),
);

/** What somebody wants of a breaker, from whatever process. */
export const breakerRequestShape = lazily(() =>
  z.strictObject({
    id: z.string().min(1),
    name: z.enum(breakerNames),
    action: z.enum(["trip", "reset"]),
    why: z.string(),
    at: date(),
  }),
);

/** One breaker as it is saved. */
export type SavedBreaker = z.infer<ReturnType<typeof savedBreakersShape>>["breakers"][number];

/** What somebody wants of a breaker, from whatever process. */
export type BreakerRequest = z.infer<ReturnType<typeof breakerRequestShape>>;
