import type { Modes } from "./modes.ts";

// States: held → lent (to a program, to the shell while stopped, or because the shell has put us behind) → held.

const orphanMs = 300;
const behindMs = 200;
const patienceMs = 3000;
const lookMs = 3000;
/** On a busy machine a signal may reach us after the end of the program that it was meant for. */
const lateMs = 500;

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
  /** Whether a signal that is typed, such as Ctrl-C, was typed for somebody else. */
  readonly isOthersKey: boolean;
  /** Lends the terminal to something else, one after another, and draws everything anew when it is done. */
  lend(work: () => Promise<void>): Promise<void>;
  /** Lends to nobody any more; resolves when the terminal is back, or when it was waited for long enough. */
  close(): Promise<void>;
}

/** What the terminal is taken from, and how it is known that the shell lets us have it. */
export interface LendingOptions {
  readonly modes: Modes;
  readonly stdin: NodeJS.ReadStream;
  /** Takes the screen away while some work has the terminal; null while there is no screen. */
  readonly suspend: () => ((work: () => Promise<void>) => Promise<void>) | null;
  readonly isInFront: () => boolean;
}

function later(ms: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, ms).unref();
  });
}

/** Takes charge of who has the terminal. */
export function openLending({ modes, stdin, suspend, isInFront }: LendingOptions): Lending {
  let lent = false;
  let backAt = Number.NEGATIVE_INFINITY;
  let closed = false;
  let turn: Promise<void> = Promise.resolve();

  const give = async (work: () => Promise<void>) => {
    const suspended = suspend();
    if (suspended === null || closed) return;
    lent = true;
    modes.leave();
    try {
      await suspended(async () => {
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
          backAt = performance.now();
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
    get isOthersKey() {
      return lent || performance.now() - backAt < lateMs;
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

/** What the shell does with the screen's job, and the user by ctrl+z. */
export interface JobControl {
  /** Gives the terminal back and stops, with everybody who was started together with it. */
  suspend(): void;
  close(): void;
}

/** What tells whether the terminal is ours, and who hears that it never will be again. */
export interface Job {
  readonly isInFront: () => boolean;
  /** Whoever started us is gone, and the shell has taken the terminal: nothing brings it back. */
  readonly onAlone: () => void;
}

/**
 * Follows job control: on ctrl+z or SIGTSTP the terminal is given back as it was found, and only then the whole job
 * stops: were whoever started us (npm, say) to stop before, the shell would take the terminal under our hands. It is
 * taken again when the job goes on. Where the shell has the terminal all the same, because only whoever started us was
 * stopped or has ended, nothing is drawn any more.
 */
export function followJobControl(lending: Lending, { isInFront, onAlone }: Job): JobControl {
  const parent = process.ppid;
  let asked = false;
  let woken = false;
  const rest = async () => {
    // Giving back, we were stopped for touching a terminal that was the shell's already: the rest is over.
    if (woken) return;
    process.off("SIGTSTP", onStop);
    const wake = stopped();
    process.kill(0, "SIGTSTP");
    await wake;
    process.on("SIGTSTP", onStop);
  };
  // Who has the terminal now gives it back by itself. Asked again before it has stopped, it stops once.
  const stop = async () => {
    if (asked) return;
    asked = true;
    woken = false;
    try {
      await (lending.lent ? rest() : lending.lend(rest));
    } finally {
      asked = false;
    }
  };
  const onStop = () => void stop();
  // After kill -STOP and -CONT the shell has had the terminal without our knowing.
  const onContinue = () => {
    woken = true;
    if (!asked && !lending.lent) void lending.lend(async () => undefined);
  };
  const look = () => {
    if (isInFront()) return;
    if (process.ppid !== parent) onAlone();
    else if (!asked && !lending.lent) void lending.lend(async () => undefined);
  };
  process.on("SIGTSTP", onStop);
  process.on("SIGCONT", onContinue);
  const looking = setInterval(look, lookMs).unref();
  return {
    suspend: onStop,
    close() {
      clearInterval(looking);
      process.off("SIGTSTP", onStop);
      process.off("SIGCONT", onContinue);
    },
  };
}
