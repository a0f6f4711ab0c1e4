import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setFlagsFromString } from "node:v8";
import { type Config, openConfig } from "../engine/config.ts";
import { messageOf } from "../engine/errors.ts";
import type { Given } from "../services/action.ts";
import { actions } from "../services/actions.ts";
import { openConsole } from "../services/observe/console.ts";
import { rowOf, runLine } from "./tui-actions.ts";
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

/** Opens the console on this terminal; resolves with the exit code once it is closed. */
export async function runTui(
  given: Given,
  flags: { home?: string | undefined; set: readonly string[] },
): Promise<number> {
  const config = openConfig(flags);
  checkTerminal(config);
  // Frames are garbage a moment later: a young generation that does not grow keeps the console small.
  setFlagsFromString("--semi-space-growth-factor=1");
  const { values, environment } = config;
  const theme = given.text("theme");
  const shown = openConsole(config);
  const controller = new AbortController();
  try {
    const { openScreen } = await import("../tui/main.tsx");
    const { isTheme } = await import("../tui/theme.ts");
    const ending = await openScreen({
      source: { view: shown.live.view, subscribe: shown.live.subscribe, logs: shown.logs },
      actions: actions.filter(({ name }) => name !== "learn").map(rowOf),
      custom: values["tui.commands"],
      keys: values["tui.keys"],
      theme: theme !== null && isTheme(theme) ? theme : values["tui.theme"],
      mono: environment.NO_COLOR !== undefined && environment.NO_COLOR !== "",
      ascii: given.flag("ascii") || (values["tui.ascii"] ?? !isUtf8(config)),
      screenReader: given.flag("screen-reader") || values["tui.screenReader"],
      readOnly: given.flag("read-only") || values["tui.readOnly"],
      pane: given.text("pane") ?? "overview",
      stdin: process.stdin,
      stdout: process.stdout,
      run: (line) =>
        runLine(line, { actions, home: config.home, columns: process.stdout.columns ?? 80, signal: controller.signal }),
      async save(text) {
        const file = join(config.home, `log-${new Date().toISOString().replace(/[:.]/g, "-")}.txt`);
        try {
          await writeFile(file, text, { mode: 0o600, flag: "wx" });
          return { ok: true, text: `Saved to ${file}` };
        } catch (error) {
          return { ok: false, text: `${file} was not written: ${messageOf(error)}` };
        }
      },
      page: null,
      onReady: () => void shown.start(),
    });
    return ending === "quit" ? 0 : 130;
  } finally {
    controller.abort();
    await shown.close();
  }
}
