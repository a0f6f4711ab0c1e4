import { Failure } from "../errors.ts";

/** When a log is rotated; an empty one never is. */
export interface Due {
  readonly maxBytes: number;
  readonly maxAgeHours: number | null;
  /** Local time of day, `HH:MM`: due once it has passed since the log began. */
  readonly at: string | null;
  /** Whether to rotate whatever the other rules say. */
  readonly force?: boolean | undefined;
}

/** Which rule rotated a log. */
export type RotationReason = "forced" | "size" | "age" | "time of day";

const hourMs = 60 * 60 * 1000;
const timeOfDay = /^([01]\d|2[0-3]):([0-5]\d)$/;

/** The last moment at or before `now` when the local clock showed `HH:MM`. Fails with `usage` for any other text. */
export function lastTimeOfDay(at: string, now: Date): Date {
  const match = timeOfDay.exec(at);
  if (match === null) {
    throw new Failure("usage", {
      what: "Nothing was rotated",
      why: `${JSON.stringify(at)} is not a time of day`,
      hint: "Give hours and minutes as in 03:00",
    });
  }
  const moment = new Date(now);
  moment.setHours(Number(match[1]), Number(match[2]), 0, 0);
  if (moment > now) moment.setDate(moment.getDate() - 1);
  return moment;
}

/** The rule that says a log of that size, begun at that moment, is to be rotated now; null when none does. */
export function reasonToRotate(bytes: number, bornAt: Date, due: Due, now: Date): RotationReason | null {
  if (bytes === 0) return null;
  if (due.force === true) return "forced";
  if (bytes >= due.maxBytes) return "size";
  if (due.maxAgeHours !== null && now.getTime() - bornAt.getTime() >= due.maxAgeHours * hourMs) return "age";
  if (due.at !== null && bornAt < lastTimeOfDay(due.at, now)) return "time of day";
  return null;
}
