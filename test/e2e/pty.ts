import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { spawn } from "@lydell/node-pty";
import xterm from "@xterm/headless";

const root = fileURLToPath(new URL("../..", import.meta.url));

/** The program as a user starts it. */
export const program = join(root, "bin", "aistack.js");

/** A program on a real pseudo-terminal, with a terminal emulator that reads what it writes. */
export interface Terminal {
  readonly pid: number;
  /** Types text as it is, escape sequences included. */
  type(text: string): void;
  resize(columns: number, rows: number): void;
  kill(signal: string): void;
  /** The rows on the screen, without blanks at their ends. */
  rows(): string[];
  text(): string;
  /** The rows with how each cell looks. */
  cells(): string[];
  /** Everything that was written so far, as it came. */
  raw(): string;
  /** Whether the alternate screen is shown, the cursor is, and lines wrap; and whether pastes are marked. */
  modes(): { readonly alternate: boolean; readonly cursor: boolean; readonly wraps: boolean; readonly paste: boolean };
  /** Waits until the screen holds a text. */
  see(text: string | RegExp, timeoutMs?: number): Promise<void>;
  /** Waits until something holds; fails with what is on the screen. */
  until(holds: () => boolean, timeoutMs?: number): Promise<void>;
  /** Waits until nothing was written for a while. */
  quiet(ms: number): Promise<void>;
  /** Waits until the emulator has read all that came. */
  settle(): Promise<void>;
  readonly ended: Promise<{ readonly exitCode: number; readonly signal: number | undefined }>;
}

/** A terminal that has to be stopped by whoever opened it. */
export interface Pty extends Terminal {
  stop(): Promise<void>;
}

/** The sequences of keys that have names. */
export const keys = {
  up: "\u001b[A",
  down: "\u001b[B",
  right: "\u001b[C",
  left: "\u001b[D",
  home: "\u001b[H",
  end: "\u001b[F",
  pageUp: "\u001b[5~",
  pageDown: "\u001b[6~",
  enter: "\r",
  escape: "\u001b",
  tab: "\t",
  ctrlC: "\u0003",
  ctrlL: "\u000c",
  ctrlZ: "\u001a",
} as const;

function lastOf(raw: string, on: string, off: string): boolean {
  return raw.lastIndexOf(on) > raw.lastIndexOf(off);
}

/** Starts a program on a terminal of this size; `stop` ends it whatever it does. */
export function openPty(
  argv: readonly string[],
  {
    columns = 80,
    rows = 24,
    env = {},
  }: { columns?: number; rows?: number; env?: Record<string, string | undefined> } = {},
): Pty {
  const [command = "", ...args] = argv;
  const { CI: _ci, NO_COLOR: _plain, ...inherited } = process.env;
  const environment = { ...inherited, TERM: "xterm-256color", LANG: "C.UTF-8", ...env };
  const child = spawn(command, args, {
    name: environment.TERM,
    cols: columns,
    rows,
    cwd: root,
    env: Object.fromEntries(Object.entries(environment).filter(([, value]) => value !== undefined)),
  });
  const emulator = new xterm.Terminal({ cols: columns, rows, allowProposedApi: true, scrollback: 200 });
  let raw = "";
  let heardAt = performance.now();
  child.onData((part) => {
    raw += part;
    heardAt = performance.now();
    emulator.write(part);
  });
  const ended = new Promise<{ exitCode: number; signal: number | undefined }>((resolve) => {
    child.onExit(({ exitCode, signal }) => resolve({ exitCode, signal }));
  });
  let over = false;
  void ended.then(() => {
    over = true;
  });
  const lines = () =>
    Array.from({ length: emulator.rows }, (_, at) => {
      const { active } = emulator.buffer;
      return active.getLine(active.viewportY + at)?.translateToString(true) ?? "";
    });
  const until = async (holds: () => boolean, timeoutMs = 20_000) => {
    const deadline = performance.now() + timeoutMs;
    while (!holds()) {
      if (performance.now() > deadline) throw new Error(`not within ${timeoutMs} ms: ${holds}\n${lines().join("\n")}`);
      await new Promise((done) => setTimeout(done, 10));
    }
  };
  return {
    pid: child.pid,
    type: (text) => child.write(text),
    resize(wide, high) {
      child.resize(wide, high);
      emulator.resize(wide, high);
    },
    kill: (signal) => child.kill(signal),
    rows: lines,
    text: () => lines().join("\n"),
    cells: () =>
      lines().map((_, at) => {
        const { active } = emulator.buffer;
        const line = active.getLine(active.viewportY + at);
        return Array.from({ length: emulator.cols }, (_cell, column) => {
          const cell = line?.getCell(column);
          if (!cell) return "";
          const look = [cell.getFgColor(), cell.getBgColor(), cell.isBold(), cell.isInverse(), cell.isDim()].join();
          return `${cell.getChars() || " "}${look === "-1,-1,0,0,0" ? "" : `{${look}}`}`;
        })
          .join("")
          .trimEnd();
      }),
    raw: () => raw,
    modes: () => ({
      alternate: emulator.buffer.active.type === "alternate",
      cursor: !lastOf(raw, "\u001b[?25l", "\u001b[?25h"),
      wraps: emulator.modes.wraparoundMode,
      paste: emulator.modes.bracketedPasteMode,
    }),
    see: (text, timeoutMs) =>
      until(
        () => (typeof text === "string" ? lines().join("\n").includes(text) : text.test(lines().join("\n"))),
        timeoutMs,
      ),
    until,
    quiet(ms) {
      const from = performance.now();
      return until(() => performance.now() - Math.max(from, heardAt) >= ms);
    },
    settle: () => new Promise((resolve) => emulator.write("", resolve)),
    ended,
    async stop() {
      if (!over) child.kill("SIGKILL");
      await ended;
      emulator.dispose();
    },
  };
}
