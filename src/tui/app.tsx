import { Box, Text, useApp, useInput, usePaste, useWindowSize } from "ink";
import { memo, useEffect, useMemo, useRef, useState } from "react";
import type { Outcome } from "./actions.ts";
import type { Deed, Facts } from "./facts.ts";
import { fits, frame, paneSize } from "./frame.ts";
import { helpLines } from "./help.ts";
import { keyNames } from "./key-name.ts";
import { line } from "./line.ts";
import { filtered } from "./list.ts";
import { heard, openLogSelection } from "./log-select.ts";
import { paintLine } from "./paint.ts";
import { paneNamed } from "./pane-table.ts";
import { paste, press } from "./press.ts";
import { listOf, type Screen } from "./screen.ts";
import { asciiSigns, unicodeSigns } from "./signs.ts";
import type { Source } from "./source.ts";
import { themes } from "./theme.ts";
import { useView } from "./use-view.ts";

/** What the screen is made from. */
export interface AppProps {
  readonly source: Source;
  readonly first: Screen;
  readonly tables: Pick<Facts, "keys" | "commands" | "actions" | "custom" | "readOnly">;
  readonly ascii: boolean;
  readonly mono: boolean;
  readonly screenReader: boolean;
  /** Does what the screen cannot. */
  readonly act: (deed: Deed) => void;
  /** Hands out how to change the screen and how to lend the terminal. */
  readonly onOpen: (handles: Handles) => void;
}

/** What the owner of a screen can do to it. */
export interface Handles {
  readonly change: (by: (screen: Screen) => Screen) => void;
  readonly suspend: ReturnType<typeof useApp>["suspendTerminal"];
  readonly exit: (error?: Error) => void;
}

function useFacts({ source, tables, screenReader: calm }: AppProps, screen: Screen, columns: number, rows: number) {
  const selection = useMemo(() => openLogSelection(source.logs), [source]);
  const moment = useView(source, { logs: screen.pane === "logs", calm });
  const factsOf = (shown: Screen): Facts => {
    const pane = paneNamed(shown.pane);
    const items = filtered(pane.items?.(moment.view) ?? [], listOf(shown, pane.name).filter);
    const isLogs = shown.pane === "logs";
    const facts: Facts = {
      ...tables,
      view: moment.view,
      size: paneSize({ columns, rows }),
      items,
      lines: isLogs ? selection.select(shown.log, moment.now) : [],
      sources: source.logs.sources(),
      newestLine: source.logs.newest,
      helpRows: 0,
      helpFilter: listOf(shown, "help").filter,
    };
    return shown.pane === "help" ? { ...facts, helpRows: helpLines(facts).length } : facts;
  };
  return { moment, factsOf };
}

const messageMs = 6000;

// What went well, or is under way and said elsewhere, makes room for the keys again; what did not waits for a key.
function usePassing(screen: Screen, calm: boolean, change: Handles["change"]): void {
  const { message } = screen;
  useEffect(() => {
    if (calm || (message?.level !== "good" && message?.level !== "unknown")) return;
    const pass = () => change((now) => (now.message === message ? { ...now, message: null } : now));
    const timer = setTimeout(pass, messageMs);
    return () => clearTimeout(timer);
  }, [message, calm, change]);
}

/** The screen: the view and the user's choices become rows, keys become choices and deeds. */
export function App(props: AppProps) {
  const { columns, rows } = useWindowSize();
  const [screen, setScreen] = useState(props.first);
  const latest = useRef(screen);
  const { exit, suspendTerminal } = useApp();
  const { moment, factsOf } = useFacts(props, screen, columns, rows);

  const show = (next: Screen) => {
    latest.current = next;
    setScreen(next);
  };
  const take = ({ screen: next, deeds }: Outcome) => {
    show(next);
    for (const deed of deeds) props.act(deed);
  };
  const { onOpen } = props;
  const change = useRef((by: (screen: Screen) => Screen) => {
    latest.current = by(latest.current);
    setScreen(latest.current);
  }).current;
  useEffect(() => {
    onOpen({ change, suspend: suspendTerminal, exit });
  }, [onOpen, change, exit, suspendTerminal]);
  usePassing(screen, props.screenReader, change);

  const keyboard = useRef<Keyboard>({ type: () => undefined, paste: () => undefined });
  keyboard.current.type = (name) => take(press(latest.current, name, factsOf(latest.current)));
  keyboard.current.paste = (text) => take(paste(latest.current, text));

  useEffect(() => {
    const { logs } = props.source;
    if (screen.pane === "logs") logs.seen(heard(screen.log, logs.sources()));
  });

  const facts = factsOf(screen);
  const ascii = props.ascii;
  const lines = frame(screen, facts, {
    size: { columns, rows },
    signs: ascii ? asciiSigns : unicodeSigns,
    now: moment.now,
    help: screen.pane === "help" ? helpLines(facts) : [],
  });
  const paint = { theme: themes[props.mono ? "mono" : screen.theme], ascii, plain: props.screenReader };
  // What colours tell is said: which pane this is.
  const isTold = props.screenReader && fits({ columns, rows });
  const shown = isTold ? lines.with(1, line(`Pane ${paneNamed(screen.pane).title}`)) : lines;
  const text = shown.map((row) => paintLine(row, columns, paint)).join("\n");
  const height = props.screenReader ? undefined : rows;
  return useMemo(
    () => (
      <>
        <Keys keyboard={keyboard.current} />
        <Sheet text={text} columns={columns} height={height} />
      </>
    ),
    [text, columns, height],
  );
}

/** Whoever is told what was typed; it is another one with every screen, in the same place. */
interface Keyboard {
  type(name: string): void;
  paste(text: string): void;
}

// Listens by itself: a listener that is made anew has Ink draw everything anew, even where nothing changed.
const Keys = memo(({ keyboard }: { readonly keyboard: Keyboard }) => {
  useInput((input, key) => {
    for (const name of keyNames(input, key)) keyboard.type(name);
  });
  usePaste((text) => keyboard.paste(text));
  return null;
});

function Sheet({ text, columns, height }: { text: string; columns: number; height: number | undefined }) {
  return (
    <Box flexDirection="column" width={columns} {...(height === undefined ? {} : { height })}>
      {text.split("\n").map((painted, at) => {
        if (height === undefined && painted.trim() === "") return null;
        return (
          // biome-ignore lint/suspicious/noArrayIndexKey: a row is its place on the screen
          <Text key={at} wrap="truncate">
            {painted === "" ? " " : painted}
          </Text>
        );
      })}
    </Box>
  );
}
