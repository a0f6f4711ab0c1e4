import type { Line, Tone } from "../line.ts";
import { span } from "../line.ts";
import type { Signs } from "../signs.ts";

/** A bar of so many cells that is full by a share between 0 and 1; unknown is drawn as such, not as empty. */
export function gauge(share: number | null, cells: number, signs: Signs, tone: Tone): Line {
  if (share === null || !Number.isFinite(share)) return [span(signs.dash.repeat(cells), "rule")];
  const wanted = Math.min(1, Math.max(0, share)) * cells;
  // A little is shown, and only all is full.
  const full = wanted > 0 && wanted < 1 ? 1 : Math.floor(wanted);
  return [span(signs.full.repeat(full), tone), span(signs.empty.repeat(cells - full), "rule")];
}
