import { Failure } from "../engine/errors.ts";
import { readIntake } from "../engine/intake.ts";
import { lookAtHold } from "./hold.ts";
import { readReport } from "./read-report.ts";

/** Seconds after which a refused producer may look again when nobody can say how long it takes. */
const unknownSeconds = 10;
const mostSeconds = 300;

/**
 * Refuses one of our own producers while intake is paused: Failure `silent` with when to come again. Intake is paused
 * only as long as somebody learns, so that an engine that died cannot keep producers out for ever. Costs one stat while
 * intake goes on.
 */
export function refuseWhilePaused(home: string): void {
  const pause = readIntake(home);
  const holder = pause === null ? null : lookAtHold(home);
  if (pause === null || holder === null) return;
  const seen = readReport(home, holder);
  const left = seen?.live ? seen.report.pressure.secondsLeft : null;
  const seconds = Math.min(mostSeconds, Math.max(1, left ?? unknownSeconds));
  const backlog = Math.round((seen?.live ? seen.report.pressure.backlogBytes : pause.backlogBytes) / 1e6);
  throw new Failure("silent", {
    what: "The event was not written; it is still yours",
    why: `intake is paused since ${pause.since}: ${backlog} MB wait to be learned, it goes on below ${Math.round(pause.resumeBytes / 1e6)} MB`,
    hint: `Write it again in ${seconds} s, or at once with --force. Type: aistack status`,
    retryAfterMs: seconds * 1000,
  });
}
