import type { Action, Argument } from "../services/action.ts";
import { givenFrom, type Parsed, type Runner } from "./commands.ts";

const everywhere: readonly Argument[] = [
  { name: "home", type: "string", sentence: "" },
  { name: "set", type: "list", sentence: "" },
  { name: "json", type: "boolean", sentence: "" },
];

function readValue({ type, choices }: Argument, text: string): string | number | null {
  if (text === "" || text.startsWith("-")) return null;
  if (choices !== undefined && !choices.includes(text)) return null;
  if (type !== "number") return text;
  return /^\d+(?:\.\d+)?$/.test(text) ? Number(text) : null;
}

/**
 * The arguments of an action that takes flags alone, where each is written out and nothing is doubtful; null where it is
 * not so, and whoever understands everything (and says what is wrong) has to be asked. That one takes 7 MB of memory and
 * a tenth of the time until the first frame.
 */
export function parsePlainWords({ name, args }: Action, words: readonly string[]): Parsed | null {
  const front = name.split(" ");
  if (front.some((word, at) => words[at] !== word)) return null;
  if (args.some(({ positional, required }) => positional === true || required === true)) return null;
  const known = new Map([...everywhere, ...args].map((arg) => [`--${arg.name}`, arg]));
  const parsed = new Map<string, unknown>(
    args.flatMap(({ name, fallback }) => (fallback === undefined ? [] : [[name, fallback]])),
  );
  const given = new Set<string>();
  for (let at = front.length; at < words.length; at++) {
    const arg = known.get(words[at] ?? "");
    if (arg === undefined || (arg.type !== "list" && given.has(arg.name))) return null;
    given.add(arg.name);
    if (arg.type === "boolean") {
      parsed.set(arg.name, true);
      continue;
    }
    const value = readValue(arg, words[++at] ?? "");
    if (value === null) return null;
    const before = parsed.get(arg.name);
    parsed.set(arg.name, arg.type === "list" ? [...(Array.isArray(before) ? before : []), value] : value);
  }
  return Object.fromEntries(parsed);
}

/** Runs the action that plain words name; false, and nothing is done, where they are not plain. */
export async function runPlainWords(
  actions: readonly Action[],
  words: readonly string[],
  run: Runner,
): Promise<boolean> {
  for (const action of actions) {
    const parsed = parsePlainWords(action, words);
    if (parsed === null) continue;
    await run(action, givenFrom(parsed), parsed);
    return true;
  }
  return false;
}
