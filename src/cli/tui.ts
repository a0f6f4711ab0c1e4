import { join } from "node:path";
import { type Config, openConfig } from "../engine/config.ts";
import type { Action, Given } from "../services/action.ts";
import { actions } from "../services/actions.ts";
import { type Console, openConsole } from "../services/observe/console.ts";
import { isInFront } from "./foreground.ts";
import { visible } from "./print.ts";
import { keepMemorySmall } from "./small-memory.ts";
import { failureLine, rowsOf, runLine } from "./tui-actions.ts";
import { refusedTerminal } from "./tui-command.ts";

/** Whether the locale says that the terminal understands UTF-8. */
function isUtf8({ environment }: Config): boolean {
  const locale = [environment.LC_ALL, environment.LC_CTYPE, environment.LANG].find(
    (one) => one !== undefined && one !== "",
  );
  return locale === undefined || /utf-?8/i.test(locale);
}

function checkTerminal(config: Config): void {
  if (process.stdin.isTTY !== true || process.stdout.isTTY !== true) {
    throw refusedTerminal("standard input and output are no terminal", "Type: aistack status");
  }
  if (config.environment.TERM === "dumb") {
    throw refusedTerminal(
      "the terminal says that it is dumb (TERM=dumb)",
      "Type: aistack status, or set TERM to what it is",
    );
  }
}

async function page(config: Config, text: string, signal: AbortSignal): Promise<{ ok: boolean; text: string }> {
  const { showInPager } = await import("../services/pager.ts");
  try {
    await showInPager(config, text, { signal });
    return { ok: true, text: "" };
  } catch (error) {
    return { ok: false, text: failureLine(error) };
  }
}

async function save(home: string, text: string): Promise<{ ok: boolean; text: string }> {
  const { makeDirectory, writeWhole } = await import("../engine/disk.ts");
  const file = join(home, `log-${new Date().toISOString().replace(/[:.]/g, "-")}.txt`);
  try {
    await makeDirectory(home);
    await writeWhole(file, text);
    return { ok: true, text: `Saved to ${file}` };
  } catch (error) {
    return { ok: false, text: failureLine(error) };
  }
}

interface Opened {
  readonly shown: Console;
  readonly config: Config;
  readonly extra: readonly Action[];
  readonly keys: readonly string[];
  readonly set: readonly string[];
  start(): Promise<void>;
  close(): Promise<void>;
}

function openAlone(config: Config, set: readonly string[]): Opened {
  const shown = openConsole(config);
  return { shown, config, extra: [], keys: [], set, start: () => shown.start(), close: () => shown.close() };
}

async function openDemonstration(given: Given, set: readonly string[], { environment }: Config): Promise<Opened> {
  const { openDemo } = await import("../services/demo/demo.ts");
  const demo = await openDemo({ speed: speedOf(given), set }, environment);
  return {
    shown: demo.console,
    config: demo.config,
    set: demo.set,
    extra: demo.actions,
    keys: ["E=demo stop", "F=demo flood", "C=demo corrupt", "K=demo kill"],
    start: () => demo.start(),
    close: async () => demo[Symbol.asyncDispose](),
  };
}

function speedOf(given: Given): number {
  const speed = given.number("speed") ?? 1;
  if (speed > 0 && speed <= 1000) return speed;
  throw refusedTerminal(`the speed ${speed} is not between 0 and 1000`, "Type: aistack tui --demo --speed 5");
}

// The system says more than once that the terminal is gone: in the end nothing may be cut short by it.
function outliveTheTerminal(): void {
  const ignore = () => undefined;
  process.on("SIGHUP", ignore);
  process.stdout.on("error", ignore);
  process.stderr.on("error", ignore);
}

function paneOf(given: Given, names: readonly string[]): string {
  const pane = given.text("pane") ?? "overview";
  if (names.includes(pane)) return pane;
  throw refusedTerminal(`there is no pane ${pane}; there are ${names.join(", ")}`, "Type: aistack tui --pane overview");
}

/** Opens the console on this terminal; resolves with the exit code once it is closed. */
export async function runTui(
  given: Given,
  flags: { home?: string | undefined; set: readonly string[] },
): Promise<number> {
  const config = openConfig(flags);
  checkTerminal(config);
  outliveTheTerminal();
  const opened = given.flag("demo") ? await openDemonstration(given, flags.set, config) : openAlone(config, flags.set);
  const { shown, extra } = opened;
  const { values, environment, home } = opened.config;
  const theme = given.text("theme");
  const all = [...actions, ...shown.actions, ...extra];
  const said: string[] = [];
  let shownBefore = shown.live.view();
  const unfollow = keepMemorySmall(() => {
    const isCalm = shown.live.view() === shownBefore;
    shownBefore = shown.live.view();
    return isCalm;
  });
  try {
    const { openScreen, paneNames } = await import("../tui/main.tsx");
    const { multiplexerOf } = await import("../tui/clipboard.ts");
    const { isTheme } = await import("../tui/theme.ts");
    const ending = await openScreen({
      source: { view: shown.live.view, subscribe: shown.live.subscribe, logs: shown.logs },
      actions: rowsOf(all),
      custom: values["tui.commands"],
      keys: [...opened.keys, ...values["tui.keys"]],
      theme: theme !== null && isTheme(theme) ? theme : values["tui.theme"],
      mono: environment.NO_COLOR !== undefined && environment.NO_COLOR !== "",
      ascii: given.flag("ascii") || (values["tui.ascii"] ?? !isUtf8(config)),
      screenReader: given.flag("screen-reader") || values["tui.screenReader"],
      readOnly: given.flag("read-only") || values["tui.readOnly"],
      pane: paneOf(given, paneNames),
      multiplexer: multiplexerOf(environment),
      stdin: process.stdin,
      stdout: process.stdout,
      stderr: process.stderr,
      isInFront,
      run: (line, { lend, signal, columns }) =>
        runLine(line, {
          actions: all,
          config: opened.config,
          set: opened.set,
          columns,
          signal,
          lend,
          openStack: shown.openStack,
        }),
      save: (text) => save(home, text),
      page: (text, signal) => page(opened.config, text, signal),
      onReady: () => void opened.start(),
    });
    said.push(...shown.farewell());
    return ending === "quit" ? 0 : 130;
  } finally {
    unfollow();
    await opened.close();
    for (const text of said) process.stdout.write(`${visible(text)}\n`);
  }
}
