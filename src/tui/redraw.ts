import type { Instance } from "ink";

const settleMs = 50;
const begin = "\u001b[?2026h\u001b[H\u001b[J";
const end = "\u001b[?2026l";

/** Draws the whole screen anew, whatever stands there. */
export interface Redraw {
  now(): Promise<void>;
  /** Follows the sizes of the terminal; returns how to stop. */
  follow(): () => void;
}

/**
 * Opens the redraw of a screen. Two changes of size that come together can scroll rows away and leave the size as it
 * was, so that nothing seems to have changed: after every one the whole screen is drawn.
 */
export function openRedraw(
  stdout: NodeJS.WriteStream,
  instance: Pick<Instance, "clear" | "waitUntilRenderFlush">,
  { draw, isLent }: { readonly draw: () => void; readonly isLent: () => boolean },
): Redraw {
  const now = async () => {
    if (isLent()) return;
    stdout.write(begin);
    instance.clear();
    draw();
    await instance.waitUntilRenderFlush();
    if (!isLent()) stdout.write(end);
  };
  return {
    now,
    follow() {
      let timer: NodeJS.Timeout | null = null;
      const onResize = () => {
        if (timer) clearTimeout(timer);
        timer = setTimeout(() => void now(), settleMs);
      };
      process.on("SIGWINCH", onResize);
      return () => {
        if (timer) clearTimeout(timer);
        process.off("SIGWINCH", onResize);
      };
    },
  };
}
