import type { Handles } from "./app.tsx";
import type { Modes } from "./modes.ts";

const orphanMs = 300;

function stopped(): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      clearTimeout(timer);
      process.off("SIGCONT", done);
      resolve();
    };
    // Where nobody could wake us the system does not stop us; then the screen comes back by itself.
    const timer = setTimeout(done, orphanMs);
    process.on("SIGCONT", done);
  });
}

/** The terminal that the screen holds. */
export interface Held {
  readonly modes: Modes;
  readonly stdin: NodeJS.ReadStream;
  /** Whether somebody else has it now. */
  lent: boolean;
}

/** Lends the terminal to something else, and draws everything anew when it is done. */
export async function lend(handles: Handles, held: Held, work: () => Promise<void>): Promise<void> {
  const { modes, stdin } = held;
  held.lent = true;
  await handles.suspend(async () => {
    modes.leave();
    // Ends the read that is under way: it would take keys that are not for us, and block once somebody else took them.
    stdin.emit("pause");
    try {
      await work();
    } finally {
      stdin.read(0);
      modes.enter();
      held.lent = false;
    }
  });
}

/**
 * Follows job control: on SIGTSTP (ctrl+z, or kill -TSTP) the terminal is given back as it was found before the process
 * stops, and taken again when it goes on. Returns how to stop following.
 */
export function followJobControl(handles: () => Handles | null, held: Held): () => void {
  let busy = false;
  const sleep = async () => {
    process.off("SIGTSTP", onStop);
    const wake = stopped();
    process.kill(process.pid, "SIGTSTP");
    await wake;
    process.on("SIGTSTP", onStop);
  };
  const stop = async () => {
    const now = handles();
    if (busy || now === null) return;
    busy = true;
    try {
      // Whoever has the terminal stops with us and draws its own screen when both go on.
      await (held.lent ? sleep() : lend(now, held, sleep));
    } finally {
      busy = false;
    }
  };
  // After kill -STOP and -CONT the shell has had the terminal without our knowing.
  const redraw = async () => {
    const now = handles();
    if (busy || held.lent || now === null) return;
    busy = true;
    try {
      await lend(now, held, async () => undefined);
    } finally {
      busy = false;
    }
  };
  const onStop = () => void stop();
  const onContinue = () => void redraw();
  process.on("SIGTSTP", onStop);
  process.on("SIGCONT", onContinue);
  return () => {
    process.off("SIGTSTP", onStop);
    process.off("SIGCONT", onContinue);
  };
}
