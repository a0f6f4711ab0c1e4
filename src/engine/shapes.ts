import * as z from "zod";
import { breakerNames } from "./guards/names.ts";
import { lazily } from "./lazily.ts";

const count = () => z.number().min(0);
const date = () => z.iso.datetime();

/** A lesson that a sink refused for good, as it stands in the list of refusals. */
export const refusalShape = lazily(() =>
  z.object({
    sink: z.string(),
    lesson: z.string(),
    file: z.string(),
    inode: z.string(),
    offset: z.int().min(0),
    bytes: z.int().min(0),
    why: z.string(),
    foundAt: date(),
  }),
);

/** What the user's own pause says. */
export const pausedShape = lazily(() => z.object({ since: date(), why: z.string() }));

/** What producers are told while intake is paused. */
export const intakeShape = lazily(() => z.object({ since: date(), backlogBytes: count(), resumeBytes: count() }));

/** What whoever runs the engine says of it, about once a second; rates are moving averages. */
export const reportShape = lazily(() =>
  z.object({
    schemaVersion: z.literal(1),
    pid: z.int(),
    at: date(),
    sinks: z.array(
      z.object({
        name: z.string(),
        dependency: z.enum(breakerNames).nullable(),
        /** Bytes that wait for it; an estimate while its cursors are not known. */
        lagBytes: count(),
        measured: z.boolean(),
        /** Why it waits, or an empty string. */
        waiting: z.string(),
        events: count(),
        lessons: count(),
        duplicates: count(),
        /** Lessons that were there and were removed because they were withdrawn. */
        withdrawn: count().optional(),
        eventsPerSecond: count(),
        bytesPerSecond: count(),
        /** Until nothing waits at this rate; null when nothing moves. */
        secondsLeft: count().nullable(),
        checkpoints: count(),
        checkpointAt: date().nullable(),
      }),
    ),
    /** Bytes of all followed files. */
    sourceBytes: count(),
    pressure: z.object({
      intakePaused: z.boolean(),
      optionalPutOff: z.boolean(),
      backlogBytes: count(),
      since: date().nullable(),
      drainBytesPerSecond: count(),
      /** Until intake resumes while it is paused, else until nothing waits; null when nothing moves. */
      secondsLeft: count().nullable(),
    }),
    disk: z.object({ freeBytes: count().nullable(), minFreeBytes: count(), stopped: z.boolean() }),
    /** The user's own pause. */
    paused: pausedShape().nullable(),
    zeroYield: z.array(
      z.object({
        source: z.string(),
        dialect: z.string().default(""),
        events: count(),
        reasons: z.record(z.string(), count()),
      }),
    ),
    breakers: z.array(
      z.object({
        name: z.enum(breakerNames),
        state: z.enum(["closed", "open", "half_open"]),
        failures: count(),
        successes: count(),
        probes: count(),
        openedAt: date().nullable(),
        /** When probes may pass; null unless it is open and not by hand. */
        retryAt: date().nullable(),
        tripped: z.string().nullable(),
        lastError: z.string().nullable(),
        lastErrorAt: date().nullable(),
        recent: z.object({ calls: count(), failures: count(), refused: count() }),
      }),
    ),
  }),
);

/** A lesson that a sink refused for good, as it stands in the list of refusals. */
export type Refusal = z.infer<ReturnType<typeof refusalShape>>;

/** What producers are told while intake is paused. */
export type IntakePause = z.infer<ReturnType<typeof intakeShape>>;

/** What the user's own pause says. */
export type Paused = z.infer<ReturnType<typeof pausedShape>>;

/** What whoever runs the engine says of it. */
export type Report = z.infer<ReturnType<typeof reportShape>>;
