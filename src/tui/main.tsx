import { render } from "ink";
import { actionOf } from "./actions.ts";
import { App, type Handles } from "./app.tsx";
import { clean } from "./clean.ts";
import { clipboardSequence, type Multiplexer } from "./clipboard.ts";
import { complaintOf } from "./complaint.ts";
import { dialogCells } from "./dialog-rows.ts";
import type { ActionRow, CustomCommand, Deed } from "./facts.ts";
import { guardInput } from "./input.ts";
import { bindKeys } from "./keys.ts";
import { openModes } from "./modes.ts";
import { allKeys, allScreenCommands, panes } from "./pane-table.ts";
import { holdBack } from "./quiet.ts";
import { openRedraw, type Redraw } from "./redraw.ts";
import { type Answer, runLines } from "./run-lines.ts";
import { freshScreen, type Screen } from "./screen.ts";
import type { Source } from "./source.ts";
import { followJobControl, openLending } from "./suspend.ts";
import type { ThemeName } from "./theme.ts";

/** The names of the panes. */
export const paneNames: readonly string[] = panes.map(({ name }) => name);

/** What a command may have of the screen. */
export interface Lent {
  /** Gives the terminal to whatever takes it over. */
  readonly lend: (work: () => Promise<void>) => Promise<void>;
  /** Comes when the screen is closed. */
  readonly signal: AbortSignal;
  /** How wide an answer may be to be shown as it is. */
  readonly columns: number;
}

/** What a screen is opened with; everything beyond the terminal is done by these functions. */
export interface ScreenOptions {
  readonly source: Source;
  readonly actions: readonly ActionRow[];
  readonly custom: readonly CustomCommand[];
  readonly keys: readonly string[];
  readonly theme: ThemeName;
  readonly mono: boolean;
  readonly ascii: boolean;
  readonly screenReader: boolean;
  readonly readOnly: boolean;
  readonly pane: string;
  /** What stands between this program and the user's own terminal, as far as the clipboard must know. */
  readonly multiplexer?: Multiplexer | null | undefined;
  readonly stdin: NodeJS.ReadStream;
  readonly stdout: NodeJS.WriteStream;
  readonly stderr: NodeJS.WriteStream;
  /** Whether the shell has put this process in front, so that it may use the terminal. */
  readonly isInFront: () => boolean;
  /** Runs one line of a command, until the screen is closed at the latest; never fails. */
  readonly run: (line: string, lent: Lent) => Promise<Answer>;
  /** Saves text to a file and returns its path. */
  readonly save: (text: string) => Promise<Answer>;
  /** Shows text in the user's pager, while the terminal is lent. */
  readonly page: ((text: string, signal: AbortSignal) => Promise<Answer>) | null;
  /** Called once the first frame is on the terminal. */
  readonly onReady: () => void;
}

/** How a screen ended. */
export type Ending = "quit" | "interrupted";

// What was asked for is shown; of what was done it is enough to know that it was.
function answered(screen: Screen, line: string, reads: boolean, { ok, text }: Answer): Screen {
  const lines = text.trimEnd().split("\n");
  if (lines.length > 1 && ok && !reads) return { ...screen, message: { text: `${line}: done`, level: "good" } };
  if (lines.length > 1)
    return { ...screen, message: null, dialog: { kind: "text", title: line, text: text.trimEnd(), top: 0 } };
  const said = lines[0] === "" ? `${line}: done` : (lines[0] ?? "");
  return { ...screen, message: { text: said, level: ok ? "good" : "bad" } };
}

/** Opens the screen and resolves once it is closed and the terminal is as it was; fails with what broke it. */
export async function openScreen(options: ScreenOptions): Promise<Ending> {
  const { stdin, stdout } = options;
  const modes = openModes(stdout);
  const state: { handles: Handles | null; redraw: Redraw | null; ending: Ending; failed: Error | null } = {
    handles: null,
    redraw: null,
    ending: "quit",
    failed: null,
  };
  const lending = openLending({
    modes,
    stdin,
    suspend: () => state.handles?.suspend ?? null,
    isInFront: options.isInFront,
  });
  const leaving = new AbortController();
  const own = options.custom.flatMap(({ key, name, scope }) =>
    key === undefined ? [] : [{ key, command: name, ...(scope === undefined ? {} : { pane: scope }) }],
  );
  const change = (by: (screen: Screen) => Screen) => state.handles?.change(by);
  const tell = (text: string, ok: boolean) =>
    change((screen) => ({ ...screen, message: { text, level: ok ? "good" : "bad" } }));
  const end = (ending: Ending) => {
    if (leaving.signal.aborted) return;
    state.ending = ending;
    leaving.abort();
    if (!lending.lent) state.handles?.exit();
    // Who has the terminal is asked to end, and gives it back first.
    else void lending.close().then(() => state.handles?.exit());
  };

  const jobs = followJobControl(lending, { isInFront: options.isInFront, onAlone: () => end("interrupted") });

  const page = async (text: string) => {
    const { page: show } = options;
    if (show === null) return tell("There is no pager: set PAGER", false);
    let answer: Answer = { ok: true, text: "" };
    await lending.lend(async () => {
      answer = await show(text, leaving.signal);
    });
    if (!answer.ok) tell(answer.text, false);
  };

  const run = async (lines: readonly string[]) => {
    const [first = ""] = lines;
    change((screen) => ({ ...screen, running: [...screen.running, first] }));
    const { line, answer } = await runLines(lines, (one) =>
      options.run(one, { lend: lending.lend, signal: leaving.signal, columns: dialogCells(stdout) }),
    );
    const reads = actionOf(line, options.actions)?.reads ?? true;
    change((screen) => {
      const running = screen.running.toSpliced(screen.running.indexOf(first), 1);
      return answered({ ...screen, running }, line, reads, answer);
    });
  };

  const act = (deed: Deed) => {
    switch (deed.do) {
      case "quit":
        return end("quit");
      case "suspend":
        return jobs.suspend();
      case "redraw":
        return void state.redraw?.now();
      case "copy": {
        const sequence = clipboardSequence(deed.text, options.multiplexer);
        if (sequence === null)
          return tell("That is too long for the clipboard; save it or open it in the pager", false);
        stdout.write(sequence);
        return tell(`${deed.text.length} characters copied`, true);
      }
      case "run":
        return void run([deed.line, ...(deed.then ?? [])]);
      case "save":
        return void options.save(deed.text).then(({ ok, text }) => tell(text, ok));
      case "page":
        // A pager may show a line as it came.
        return void page(deed.text.split("\n").map(clean).join("\n"));
    }
  };

  const onGone = () => end("interrupted");
  const onKey = () => {
    if (!lending.isOthersKey) end("interrupted");
  };
  const onThrow = (error: unknown) => {
    state.failed ??= error instanceof Error ? error : new Error(String(error));
    leaving.abort();
    state.handles?.exit(state.failed);
    modes.restore();
  };
  const signals = ["SIGTERM", "SIGHUP"] as const;
  const typed = ["SIGINT", "SIGQUIT"] as const;
  for (const signal of signals) process.on(signal, onGone);
  for (const signal of typed) process.on(signal, onKey);
  process.on("uncaughtException", onThrow);
  stdin.on("end", onGone).on("error", onGone);
  stdout.on("error", onGone);
  const unguard = guardInput(stdin);
  const release = holdBack(options.stderr, (text) =>
    options.source.logs.push({ service: "aistack", stream: "stderr", at: new Date().toISOString(), text }),
  );

  const keys = bindKeys([...allKeys, ...own], options.keys);
  const complaint = complaintOf(options);
  const first = freshScreen(options.pane, options.theme);
  const app = () => (
    <App
      source={options.source}
      first={complaint === "" ? first : { ...first, message: { text: complaint, level: "warn" } }}
      tables={{
        keys,
        commands: allScreenCommands,
        actions: options.actions,
        custom: options.custom,
        readOnly: options.readOnly,
      }}
      ascii={options.ascii}
      mono={options.mono}
      screenReader={options.screenReader}
      act={act}
      onOpen={(handles) => {
        state.handles = handles;
      }}
    />
  );
  try {
    if (!options.screenReader) modes.enter();
    const instance = render(app(), {
      stdin,
      stdout,
      exitOnCtrlC: false,
      interactive: true,
      alternateScreen: !options.screenReader,
      incrementalRendering: true,
      isScreenReaderEnabled: options.screenReader,
      // What is shown changes at most ten times a second by itself; a key is answered at once.
      maxFps: 60,
    });
    await instance.waitUntilRenderFlush();
    options.onReady();
    state.redraw = openRedraw(stdout, instance, { draw: () => instance.rerender(app()), isLent: () => lending.lent });
    const unfollow = options.screenReader ? () => undefined : state.redraw.follow();
    await instance.waitUntilExit().finally(unfollow);
    if (state.failed) throw state.failed;
    return state.ending;
  } finally {
    jobs.close();
    unguard();
    leaving.abort();
    modes.leave();
    for (const signal of signals) process.off(signal, onGone);
    for (const signal of typed) process.off(signal, onKey);
    process.off("uncaughtException", onThrow);
    stdin.off("end", onGone).off("error", onGone);
    stdout.off("error", onGone);
    stdin.unref();
    const kept = release();
    if (kept !== "") options.stderr.write(kept);
  }
}
