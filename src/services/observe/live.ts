import type { View } from "./view.ts";

const everyMs = 100;

/** The current snapshot, and word to whoever watches that there is a new one: at most ten times a second. */
export interface Live {
  view(): View;
  /** Replaces the snapshot; the same one again is no news. */
  update(by: (view: View) => View): void;
  /** Says that something beside the snapshot has changed. */
  touch(): void;
  subscribe(listener: () => void): () => void;
  close(): void;
}

/** Opens a live snapshot. */
export function openLive(first: View): Live {
  let view = first;
  let timer: NodeJS.Timeout | null = null;
  let toldAt = 0;
  const listeners = new Set<() => void>();
  const tell = () => {
    timer = null;
    toldAt = performance.now();
    for (const listener of listeners) listener();
  };
  const touch = () => {
    timer ??= setTimeout(tell, Math.max(0, toldAt + everyMs - performance.now()));
  };
  return {
    view: () => view,
    update(by) {
      const next = by(view);
      if (next === view) return;
      view = next;
      touch();
    },
    touch,
    subscribe(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    close() {
      if (timer) clearTimeout(timer);
      timer = null;
      listeners.clear();
    },
  };
}
