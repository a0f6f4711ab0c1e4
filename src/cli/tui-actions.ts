import { type Config, openConfig } from "../engine/config.ts";
import { adviceOf } from "../engine/errors.ts";
import type { Action, Argument, Plain } from "../services/action.ts";
import type { Stack } from "../services/stack.ts";
import type { Runner } from "./commands.ts";
import { givenIn, givenWithRest } from "./given.ts";
import { readPlainLine } from "./plain-line.ts";
import { toText } from "./print.ts";
import { splitWords } from "./words.ts";

const mostLines = 2000;
const streamMs = 10_000;

interface Loss {
  readonly losing?: string;
  readonly losingBy?: readonly { readonly flag: string; readonly losing: string; readonly yes: string }[];
  readonly losingAll?: string;
}

// What cannot be had back by running something else; everything else only asks for itself again.
const losses: Readonly<Record<string, Loss>> = {
  down: {
    losing: "Every container of the stack is removed. Volumes stay, and with them all data.",
    losingBy: [
      {
        flag: "--volumes",
        losing:
          "Every container of the stack is removed, and every volume with all data in it. Nothing brings it back.",
        yes: "--yes",
      },
    ],
  },
  stop: { losingAll: "No service is named, so every one of the stack stops, and whoever uses them is cut off." },
  restart: {
    losingAll: "No service is named, so every one of the stack starts anew, and whoever uses them is cut off.",
  },
  prune: { losing: "Containers that are no part of the stack any more and images that nothing uses are removed." },
  "secrets rotate": { losing: "The old secret is gone; who still uses it is started anew." },
};

function usageOf(args: readonly Argument[]): string {
  const places = args.filter(({ positional }) => positional);
  const flags = args.some(({ positional }) => !positional) ? "[--…]" : "";
  const words = places.map(({ name, type, required }) => {
    const dots = type === "list" ? "…" : "";
    return required ? `<${name}${dots}>` : `[${name}${dots}]`;
  });
  return [...words, flags].join(" ").trim();
}

/** An action as the screen needs to know it. */
function rowOf({ name, sentence, args, reads }: Action) {
  const isService = args.some(({ positional, name: arg }) => positional === true && /^services?$/.test(arg));
  const named = isService ? ("service" as const) : name.startsWith("breakers ") ? ("breaker" as const) : undefined;
  return {
    name,
    sentence,
    usage: usageOf(args),
    reads,
    losing: "",
    ...losses[name],
    ...(named === undefined ? {} : { names: named }),
    takesMany: args.some(({ positional, type }) => positional === true && type === "list"),
    needsWord: args.some(({ positional, required }) => positional === true && required === true),
  };
}

/** The actions that the screen offers: all but the endless learning, of which it shows what was rejected. */
export function rowsOf(actions: readonly Action[]) {
  return actions.map((action) => {
    if (action.name !== "learn") return rowOf(action);
    const sentence = "Show the events that were rejected, with the reason and the line itself";
    return { ...rowOf(action), name: "learn --rejected", sentence, usage: "", reads: true };
  });
}

async function textOf(
  result: ReturnType<Action["run"]>,
  columns: number,
  controller: AbortController,
): Promise<string> {
  if (!(Symbol.asyncIterator in result)) {
    const data: Plain = await result;
    return toText(data, { write: () => undefined, colours: false, columns });
  }
  const timer = setTimeout(() => controller.abort(), streamMs);
  const lines: string[] = [];
  try {
    for await (const line of result) {
      lines.push(line);
      if (lines.length >= mostLines) break;
    }
  } finally {
    clearTimeout(timer);
  }
  return lines.join("\n");
}

/** How a typed line is run. */
export interface LineRun {
  readonly actions: readonly Action[];
  readonly config: Config;
  /** What the console itself was given as settings for this run; what a line gives counts more. */
  readonly set: readonly string[];
  readonly columns: number;
  readonly signal: AbortSignal;
  /** Opens the stack that the action works on. */
  readonly openStack: (config: Config) => Stack;
  /** Gives the terminal to whatever takes it over. */
  readonly lend: (work: () => Promise<void>) => Promise<void>;
}

async function handOver(
  { leaving }: Action,
  run: () => ReturnType<Action["run"]>,
  lend: LineRun["lend"],
): Promise<string> {
  let said = "";
  await lend(async () => {
    if (leaving !== undefined) process.stdout.write(`${leaving}\n`);
    const result = await Promise.resolve(run());
    const code = Symbol.asyncIterator in result ? 0 : result.exitCode;
    // Being left is how such a program ends, whatever code it has for that.
    said = code === 0 || code === undefined || leaving !== undefined ? "back again" : `it ended with ${code}`;
  });
  return said;
}

/** Runs one typed line as the command line would, on this home; what came of it is text, and it never fails. */
export async function runLine(line: string, options: LineRun): Promise<{ ok: boolean; text: string }> {
  const { actions, config, columns, signal, lend } = options;
  let text = "";
  const said: string[] = [];
  const words = splitWords(line);
  const end = words.indexOf("--");
  const rest = end === -1 ? [] : words.slice(end + 1);
  const run: Runner = async (action, given, parsed) => {
    const set = [...options.set, ...(Array.isArray(parsed.set) ? parsed.set.map(String) : [])];
    const controller = new AbortController();
    const either = AbortSignal.any([signal, controller.signal]);
    const all = givenWithRest(action, given, rest);
    await using stack = options.openStack(openConfig({ home: config.home, set }, config.environment));
    const work = () => action.run(stack, all, { signal: either });
    text = action.handsOver === true ? await handOver(action, work, lend) : await textOf(work(), columns, controller);
  };
  const own = end === -1 ? words : words.slice(0, end);
  try {
    const plain = readPlainLine(own, actions);
    if (plain !== null) {
      await run(plain.action, givenIn(plain.parsed), plain.parsed);
      return { ok: true, text };
    }
    const { openProgram } = await import("./program.ts");
    await openProgram(actions, run).parseAsync(own, {}, (_error, _argv, output) => {
      if (output !== "") said.push(output);
    });
    return { ok: true, text: text === "" ? said.join("\n") : text };
  } catch (error) {
    return { ok: false, text: failureLine(error) };
  }
}

/** A failure as one line: what did not happen, why, and what to type next. */
export function failureLine(error: unknown): string {
  return adviceOf(error).replaceAll("\n", " ");
}
