import { statSync } from "node:fs";
import { inodeKey } from "../../engine/telemetry/identity.ts";

/** Looks whether a home is still the directory in which the learner began. */
export interface HomeWatch {
  /** What is there now is the home. */
  begin(): void;
  /** Whether it was removed, or another one stands in its place. */
  isGone(): boolean;
}

/** Opens the watch of a home. */
export function openHomeWatch(home: string): HomeWatch {
  let first = "";
  const keyOf = () => {
    try {
      return inodeKey(statSync(home));
    } catch {
      return "";
    }
  };
  return {
    begin() {
      first = keyOf();
    },
    isGone: () => keyOf() !== first,
  };
}
