import { statSync } from "node:fs";
import type { Config } from "../../engine/config.ts";
import { messageOf } from "../../engine/errors.ts";
import type { Store } from "../../engine/stores/store.ts";
import { breakerList } from "../breaker-list.ts";
import { readReport, reportFile } from "../read-report.ts";
import type { Stack } from "../stack.ts";
import { change, happen } from "./fold.ts";
import type { Live } from "./live.ts";
import { lookAtStore } from "./look.ts";
import { breakerView, reportChange } from "./report-view.ts";

/** Looks at the store, one look at a time. */
export function openLooks(stack: Stack, live: Live) {
  let store: Store | null = null;
  let looking: Promise<void> | null = null;
  let before = "";
  const look = async () => {
    try {
      store ??= await stack.seen();
      if (store === null) return;
      const found = await lookAtStore(stack, store, live.view());
      const now = JSON.stringify(found);
      if (now !== before) live.update((view) => change(view, found));
      before = now;
    } catch (error) {
      const text = messageOf(error);
      if (text === before) return;
      before = text;
      live.update((view) => happen(view, new Date().toISOString(), { type: "look", level: "bad", text }));
    }
  };
  return {
    look() {
      looking ??= look().finally(() => {
        looking = null;
      });
      return looking;
    },
    /** Looks at whatever store is there from now on. */
    forget() {
      store = null;
      before = "";
    },
    async idle() {
      await looking;
    },
  };
}

/** Looks at what the learner of the home reports, whoever runs it, and at its breakers; what cannot be read is said once. */
export function openReports({ home, values }: Config, live: Live): () => void {
  let mark = "";
  let seen: ReturnType<typeof readReport> = null;
  let before = "";
  let failed = "";
  const look = () => {
    const { learner } = live.view();
    const file = statSync(reportFile(home), { throwIfNoEntry: false });
    const now = `${file?.ino} ${file?.mtimeMs} ${learner.pid}`;
    if (now !== mark) {
      mark = now;
      seen = readReport(home);
      const report = seen?.live ? seen.report : null;
      if (report) live.update((view) => change(view, reportChange(view, report)));
    }
    const breakers = breakerList(home, values, seen).breakers.map(breakerView);
    const text = JSON.stringify(breakers);
    if (text !== before) live.update((view) => change(view, { breakers }));
    before = text;
  };
  return () => {
    let why = "";
    try {
      look();
    } catch (error) {
      why = messageOf(error);
    }
    if (why !== "" && why !== failed)
      live.update((view) => happen(view, new Date().toISOString(), { type: "look", level: "bad", text: why }));
    failed = why;
  };
}
