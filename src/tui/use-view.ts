import { useEffect, useState } from "react";
import type { View } from "../services/observe/view.ts";
import type { Source } from "./source.ts";

const slowMs = 30_000;
const fastMs = 1000;

/** What is shown now: a new one only when something that is seen has changed, or an age may have. */
export interface Moment {
  readonly view: View;
  readonly lines: number;
  readonly unread: number;
  /** Milliseconds since the epoch. */
  readonly now: number;
}

function momentOf(source: Source): Moment {
  return { view: source.view(), lines: source.logs.version, unread: source.logs.unread, now: Date.now() };
}

function isWaiting({ breakers }: View): boolean {
  return breakers?.some(({ state, retryAt }) => state === "open" && retryAt !== null) ?? false;
}

/** Follows a source; `logs` says whether new log lines matter to what is shown, `calm` shows only a changed verdict. */
export function useView(source: Source, { logs, calm }: { readonly logs: boolean; readonly calm: boolean }): Moment {
  const [moment, setMoment] = useState(() => momentOf(source));
  useEffect(() => {
    const look = () =>
      setMoment((before) => {
        const view = source.view();
        const isSame = calm
          ? view.verdict.text === before.view.verdict.text && view.attention?.text === before.view.attention?.text
          : view === before.view && source.logs.unread === before.unread;
        const quiet = !logs || calm || source.logs.version === before.lines;
        return isSame && quiet ? before : momentOf(source);
      });
    look();
    return source.subscribe(look);
  }, [source, logs, calm]);
  const everyMs = isWaiting(moment.view) ? fastMs : slowMs;
  useEffect(() => {
    if (calm) return;
    const timer = setInterval(() => setMoment((before) => ({ ...before, now: Date.now() })), everyMs);
    return () => clearInterval(timer);
  }, [everyMs, calm]);
  return moment;
}
