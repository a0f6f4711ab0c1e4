/** A terminal that modes are switched on and off in. */
export interface ModeStream {
  readonly write: (text: string) => unknown;
  readonly destroyed?: boolean;
}

// Without autowrap a row that a terminal thinks wider than we do is cut, and cannot push the rows below it down.
const on = "\u001b[?7l";
const off = "\u001b[?7h\u001b[0m";
// Another program may have left its margins, character set, ways of writing, keys and mouse; the cursor stays.
const anew =
  "\u001b7\u001b[r\u001b8\u001b(B\u000f\u001b[0m\u001b[4l\u001b[?1l\u001b>\u001b[?1000l\u001b[?1002l\u001b[?1003l\u001b[?1004l\u001b[?1006l";
const everythingOff = "\u001b[?2026l\u001b[?2004l\u001b[?1049l\u001b[?25h";

/** The modes that the screen needs beside those of its renderer. */
export interface Modes {
  enter(): void;
  leave(): void;
  /** Enters again, and undoes what a program may have left behind that had the terminal in between. */
  enterAgain(): void;
  /** The last resort: leaves every mode that any part of the screen may have set. */
  restore(): void;
}

/** Takes charge of a terminal's modes; a terminal that is gone is no error. */
export function openModes(stream: ModeStream): Modes {
  let entered = false;
  const write = (text: string) => {
    try {
      if (stream.destroyed !== true) stream.write(text);
    } catch {
      // The terminal has gone; there is nothing left to restore.
    }
  };
  return {
    enter() {
      entered = true;
      write(on);
    },
    leave() {
      if (entered) write(off);
      entered = false;
    },
    enterAgain() {
      entered = true;
      write(anew + on);
    },
    restore() {
      write(off + everythingOff);
      entered = false;
    },
  };
}
