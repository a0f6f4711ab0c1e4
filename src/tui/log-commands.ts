import { type Outcome, say } from "./actions.ts";
import { clean } from "./clean.ts";
import type { Facts } from "./facts.ts";
import { isMuted, scroll, seek } from "./log-select.ts";
import type { LogState, Screen } from "./screen.ts";

const levels = ["debug", "info", "warn", "error"] as const;
const spans = [0, 1, 5, 15, 60];

function after<T>(all: readonly T[], one: T): T | undefined {
  return all[(all.indexOf(one) + 1) % all.length];
}

function toggled(set: ReadonlySet<string>, name: string): ReadonlySet<string> {
  const next = new Set(set);
  if (!next.delete(name)) next.add(name);
  return next;
}

function onlyOne(log: LogState): LogState {
  const isAlone = log.source === "" || (log.alone.length === 1 && log.alone[0] === log.source);
  return { ...log, muted: new Set(), alone: isAlone ? [] : [log.source] };
}

function mute(log: LogState, { sources }: Facts): LogState {
  const muted = sources.flatMap(({ name }) => (isMuted(log, name) ? [name] : []));
  return { ...log, alone: [], muted: toggled(new Set(muted), log.source) };
}

function nextSource(log: LogState, { sources }: Facts, step: 1 | -1): LogState {
  const names = ["", ...sources.map(({ name }) => name)];
  const at = (names.indexOf(log.source) + step + names.length) % names.length;
  const source = names[at] ?? "";
  // Whoever hears one service alone goes from one to the next.
  if (log.alone.length === 0) return { ...log, source };
  return { ...log, source, alone: source === "" ? [] : [source], bottom: null, hit: null };
}

function textOf({ lines }: Facts): string {
  return lines.map(({ at, service, text }) => `${at ?? ""} ${service} ${clean(text)}\n`).join("");
}

function moved(log: LogState, command: string, { lines, size }: Facts): LogState | null {
  const page = Math.max(1, size.rows - 3);
  const steps: Readonly<Record<string, number>> = { "row up": -1, "row down": 1, "page up": -page, "page down": page };
  const by = steps[command];
  if (by !== undefined) return scroll(lines, log, by);
  if (command === "last") return { ...log, bottom: null, hit: null };
  return command === "first" ? { ...log, bottom: lines[Math.min(lines.length - 1, page)]?.id ?? null } : null;
}

function changed(log: LogState, command: string, facts: Facts): LogState | null {
  switch (command) {
    case "log source":
      return nextSource(log, facts, 1);
    case "log source back":
      return nextSource(log, facts, -1);
    case "log only":
      return onlyOne(log);
    case "log level":
      return { ...log, level: after(levels, log.level) ?? "debug" };
    case "log since":
      return { ...log, sinceMinutes: after(spans, log.sinceMinutes) ?? 0 };
    case "log wrap":
      return { ...log, wrap: !log.wrap };
    case "log times":
      return { ...log, times: !log.times };
    case "log raw":
      return { ...log, raw: !log.raw };
    case "log mark":
    case "mark":
      return { ...log, marks: [...log.marks, facts.newestLine] };
    case "log clear":
      return { ...log, from: facts.newestLine, marks: [], bottom: null, hit: null };
    default:
      return moved(log, command, facts);
  }
}

/** Does what a command means in the logs; null when it means nothing there. */
export function logCommand(screen: Screen, command: string, facts: Facts): Outcome | null {
  const { log } = screen;
  const done = (next: LogState): Outcome => ({ screen: { ...screen, log: next }, deeds: [] });
  if (command === "log search") {
    const { search: before } = log;
    const prompt = { kind: "search", text: "", at: 0, before, chosen: -1, back: 0, asks: null } as const;
    return { screen: { ...screen, prompt }, deeds: [] };
  }
  if (command === "log next" || command === "log previous") {
    if (log.search === "") return say(screen, "Nothing is searched for yet");
    const next = seek(facts.lines, log, command === "log next" ? 1 : -1);
    return next === null ? say(screen, `No line matches ${log.search}`) : done(next);
  }
  if (command === "log mute") {
    if (log.source === "") return say(screen, "Choose a service first");
    return done(mute(log, facts));
  }
  if (command === "log save") return { screen, deeds: [{ do: "save", text: textOf(facts) }] };
  if (command === "log pager") return { screen, deeds: [{ do: "page", text: textOf(facts) }] };
  const next = changed(log, command, facts);
  return next === null ? null : done(next);
}
