import type { BreakerView, View } from "../../services/observe/view.ts";
import { left } from "../format.ts";
import { type Line, span, type Tone } from "../line.ts";
import type { PaneState } from "../pane.ts";
import { pad } from "../width.ts";
import { head } from "./block.ts";

/** How a breaker's state looks. */
export function breakerLook({ state }: BreakerView): { tone: Tone; sign: "good" | "warn" | "bad" | "unknown" } {
  if (state === "closed") return { tone: "good", sign: "good" };
  if (state === "half-open") return { tone: "warn", sign: "warn" };
  return state === "open" ? { tone: "bad", sign: "bad" } : { tone: "dim", sign: "unknown" };
}

/** When an open breaker lets a trial through. */
export function retryWords({ state, retryAt, tripped }: BreakerView, now: number): string {
  if (state === "half-open") return "trying again";
  if (state !== "open") return "";
  if (tripped !== null) return `by hand: ${tripped}`;
  if (retryAt === null) return "";
  const ms = Date.parse(retryAt) - now;
  return ms <= 0 ? "tries again now" : `tries again in ${left(ms)}`;
}

/** Every breaker with its state. */
export function breakersBlock(view: View, cells: number, state: PaneState): Line[] {
  const { signs, now } = state;
  const { breakers } = view;
  const used = breakers?.filter(({ state }) => state !== "not used") ?? [];
  const open = used.filter(({ state }) => state !== "closed").length;
  const quiet = used.length === 0 ? "none used yet" : "all closed";
  const about = breakers === null ? "syncing" : open === 0 ? quiet : `${open} not closed`;
  const rows = used.map((breaker): Line => {
    const { tone, sign } = breakerLook(breaker);
    return [
      span(`${signs[sign]} `, tone),
      span(pad(breaker.name, 12, signs.more)),
      span(pad(breaker.state, 10, signs.more), tone === "good" ? "plain" : tone),
      span(retryWords(breaker, now) || ((breaker.failures ?? 0) > 0 ? `${breaker.failures} failures` : ""), "dim"),
    ];
  });
  return [head("Breakers", about, cells, state), ...rows];
}
