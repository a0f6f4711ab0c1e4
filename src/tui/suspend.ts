import type { Handles } from "./app.tsx";
import type { Modes } from "./modes.ts";

// States: held → lent (to a program, to the shell while stopped, or because the shell has put us behind) → held.

const orphanMs = 300;
const behindMs = 200;
const patienceMs = 3000;

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

/** The terminal of a screen, which others may have for a while. */
export interface Lending {
  /** Whether somebody else has the terminal now. */
  readonly lent: boolean;
  /** Lends the terminal to something else, one after another, and draws everything anew when it is done. */
  lend(work: () => Promise<void>): Promise<void>;
  /** Lends to nobody any more; resolves when the terminal is back, or when it was waited for long enough. */
  close(): Promise<void>;
}

/** What the terminal is taken from, and how it is known that the shell lets us have it. */
export interface LendingOptions {
  readonly modes: Modes;
  readonly stdin: NodeJS.ReadStream;
  readonly handles: () => Handles | null;
  readonly isInFront: () => boolean;
}

function later(ms: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, ms).unref();
  });
}

/** Takes charge of who has the terminal. */
export function openLending({ modes, stdin, handles, isInFront }: LendingOptions): Lending {
  let lent = false;
  let closed = false;
  let turn: Promise<void> = Promise.resolve();

  const give = async (work: () => Promise<void>) => {
    const now = handles();
    if (now === null || closed) return;
    lent = true;
    modes.leave();
    try {
      await now.suspend(async () => {
        // Ends the read that is under way: it would take keys that are not for us, and block once somebody took them.
        stdin.emit("pause");
        // It ends a little later; what begins to read again before that would be ended as well.
        await new Promise((done) => setImmediate(done));
        try {
          await work();
        } finally {
          // A job that the shell has let go on behind must not draw over what is in front.
          while (!closed && !isInFront()) await later(behindMs);
          lent = false;
          stdin.read(0);
          if (!closed) modes.enterAgain();
        }
      });
    } finally {
      lent = false;
    }
    // Of another size we are only told while we are in front.
    process.emit("SIGWINCH", "SIGWINCH");
  };

  return {
    get lent() {
      return lent;
    },
    lend(work) {
      const mine = turn.then(() => give(work));
      turn = mine.catch(() => undefined);
      return mine;
    },
    async close() {
      closed = true;
      await Promise.race([turn, later(patienceMs)]);
    },
  };
}

/**
 * Follows job control: on SIGTSTP (ctrl+z, or kill -TSTP) the terminal is given back as it was found before the process
 * stops, and taken again when it goes on. Returns how to stop following.
 */
export function followJobControl(lending: Lending): () => void {
  let asked = false;
  const rest = async () => {
    process.off("SIGTSTP", onStop);
    const wake = stopped();
    process.kill(process.pid, "SIGTSTP");
    await wake;
    process.on("SIGTSTP", onStop);
  };
  // Who has the terminal now gives it back by itself. Asked again before it has stopped, it stops once.
  const stop = async () => {
    if (asked) return;
    asked = true;
    try {
      await (lending.lent ? rest() : lending.lend(rest));
    } finally {
      asked = false;
    }
  };
  const onStop = () => void stop();
  // After kill -STOP and -CONT the shell has had the terminal without our knowing.
  const onContinue = () => {
    if (!asked && !lending.lent) void lending.lend(async () => undefined);
  };
  process.on("SIGTSTP", onStop);
  process.on("SIGCONT", onContinue);
  return () => {
    process.off("SIGTSTP", onStop);
    process.off("SIGCONT", onContinue);
  };
}
