import type { LogLine } from "./state.ts";
import type { OutputLine } from "./two-streams.ts";

const timed = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)) ?(.*)$/s;

/** One line of `podman logs --timestamps`. */
export function parseLogLine(service: string, { stream, text }: OutputLine): LogLine {
  const [, at, rest] = timed.exec(text) ?? [];
  const time = at === undefined ? Number.NaN : Date.parse(at);
  if (Number.isNaN(time)) return { service, stream, at: null, text };
  // A stamp in UTC keeps its nanoseconds, so that lines of one millisecond stay in order.
  return { service, stream, at: at?.endsWith("Z") ? at : new Date(time).toISOString(), text: rest ?? "" };
}
