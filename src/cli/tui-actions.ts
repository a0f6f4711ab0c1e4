import { openConfig } from "../engine/config.ts";
import { Failure, messageOf } from "../engine/errors.ts";
import type { Action, Argument, Plain } from "../services/action.ts";
import { openStack } from "../services/stack.ts";
import { toText } from "./print.ts";
import { openProgram } from "./program.ts";
import { splitWords } from "./words.ts";

const mostLines = 2000;
const streamMs = 10_000;

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
export function rowOf({ name, sentence, args, reads }: Action) {
  return {
    name,
    sentence,
    usage: usageOf(args),
    reads,
    losing: "",
    takesMany: args.some(({ positional, type }) => positional === true && type === "list"),
    needsWord: args.some(({ positional, required }) => positional === true && required === true),
  };
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

/** Runs one typed line as the command line would, on this home; what came of it is text, and it never fails. */
export async function runLine(
  line: string,
  {
    actions,
    home,
    columns,
    signal,
  }: { actions: readonly Action[]; home: string; columns: number; signal: AbortSignal },
): Promise<{ ok: boolean; text: string }> {
  let text = "";
  const said: string[] = [];
  const program = openProgram(actions, async (action, given, parsed) => {
    const set = Array.isArray(parsed.set) ? parsed.set.map(String) : [];
    const controller = new AbortController();
    const either = AbortSignal.any([signal, controller.signal]);
    await using stack = openStack(openConfig({ home, set }), () => undefined);
    text = await textOf(action.run(stack, given, { signal: either }), columns, controller);
  });
  try {
    await program.parseAsync(splitWords(line), {}, (_error, _argv, output) => {
      if (output !== "") said.push(output);
    });
    return { ok: true, text: text === "" ? said.join("\n") : text };
  } catch (error) {
    const failed =
      error instanceof Failure
        ? `${error.what}: ${error.why}${error.hint === "" ? "" : `; ${error.hint}`}`
        : messageOf(error);
    return { ok: false, text: failed.replaceAll("\n", " ") };
  }
}
