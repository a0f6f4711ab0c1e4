import { once } from "node:events";
import { isAbort, isTimeout } from "../engine/base/abort.ts";
import { openConfig, readEnvironment } from "../engine/config.ts";
import { diskFailure } from "../engine/disk.ts";
import { Failure, type FailureCode, messageOf } from "../engine/errors.ts";
import type { Action, Given } from "../services/action.ts";
import { actions } from "../services/actions.ts";
import { openStack } from "../services/stack.ts";
import type { Runner } from "./commands.ts";
import { givenIn, givenWithRest, type Parsed } from "./given.ts";
import { readPlainLine } from "./plain-line.ts";
import { failureJson, failureText, type Output, toJson, toText } from "./print.ts";
import { openProgress } from "./progress.ts";
import { inputWaits, standardInput } from "./stdin.ts";
import { tuiCommand } from "./tui-command.ts";

const exitCodes: Readonly<Record<FailureCode, number>> = {
  usage: 2,
  config: 2,
  source: 2,
  timeout: 3,
  podman: 4,
  dependency: 5,
  silent: 5,
  home: 1,
  held: 1,
  full: 1,
  refused: 1,
  corrupt: 1,
  failed: 1,
};
const interrupted = 130;

function output(stream: NodeJS.WriteStream, environment: Readonly<Record<string, string | undefined>>): Output {
  const plain = environment.NO_COLOR !== undefined && environment.NO_COLOR !== "";
  return {
    write: (text) => void stream.write(text),
    colours: stream.isTTY === true && !plain && environment.TERM !== "dumb",
    columns: stream.isTTY === true ? stream.columns : Number.POSITIVE_INFINITY,
  };
}

// The first Ctrl-C asks the work to come to a safe end; the second insists.
function onInterrupt(controller: AbortController, err: Output, quiet: boolean): () => void {
  const ask = () => {
    if (controller.signal.aborted) process.exit(interrupted);
    if (!quiet) err.write("\naistack: ending safely; press Ctrl-C again to stop at once\n");
    controller.abort();
  };
  process.on("SIGINT", ask);
  process.on("SIGTERM", ask);
  return () => {
    process.off("SIGINT", ask);
    process.off("SIGTERM", ask);
  };
}

// While a container has the terminal, Ctrl-C is for the container.
function ignoreInterrupt(): () => void {
  const ignore = () => undefined;
  process.on("SIGINT", ignore);
  return () => void process.off("SIGINT", ignore);
}

interface Outputs {
  readonly out: Output;
  readonly err: Output;
}

async function printResult(action: Action, result: ReturnType<Action["run"]>, json: boolean, { out, err }: Outputs) {
  if (!(Symbol.asyncIterator in result)) {
    const data = await result;
    out.write(json ? toJson(data) : toText(data, out));
    return action.isBad?.(data) === true ? 1 : 0;
  }
  const lines = result[Symbol.asyncIterator]();
  try {
    for (;;) {
      const { done, value } = await lines.next();
      if (done === true) {
        if (json && value !== undefined) err.write(toJson(value));
        return 0;
      }
      out.write(`${value}\n`);
      // A reader that is slower than what is read must slow it down, not fill the memory.
      if (process.stdout.writableNeedDrain) await once(process.stdout, "drain");
    }
  } finally {
    await lines.return?.();
  }
}

function textOf(value: unknown): string | undefined {
  return typeof value === "string" ? value : undefined;
}

async function runAction(action: Action, given: Given, parsed: Parsed): Promise<number> {
  const json = parsed.json === true;
  const set = Array.isArray(parsed.set) ? parsed.set.map(String) : [];
  const config = openConfig({ home: textOf(parsed.home), set, mending: action.mends === true });
  const out = output(process.stdout, config.environment);
  const err = output(process.stderr, config.environment);
  const controller = new AbortController();
  const quiet = action.endless === true && process.stderr.isTTY !== true;
  const settle = action.handsOver === true ? ignoreInterrupt() : onInterrupt(controller, err, quiet);
  const progress = openProgress(err, { bar: process.stderr.isTTY === true, quiet: json && !process.stderr.isTTY });
  try {
    await using stack = openStack(config, progress.say);
    const { signal } = controller;
    const result = action.run(stack, given, { signal, input: standardInput(signal), inputWaits });
    if (!(Symbol.asyncIterator in result)) {
      const data = await result;
      if (action.handsOver === true) return typeof data.exitCode === "number" ? data.exitCode : 0;
    }
    progress.end();
    const code = await printResult(action, result, json, { out, err });
    return controller.signal.aborted && action.endless !== true ? interrupted : code;
  } catch (error) {
    if (controller.signal.aborted && (isAbort(error) || isTimeout(error)))
      return action.endless === true ? 0 : interrupted;
    throw error;
  } finally {
    progress.end();
    settle();
  }
}

// What may still be under way outside, such as a Podman that hangs, must not keep the terminal.
async function openTui(given: Given, parsed: Parsed): Promise<never> {
  const { runTui } = await import("./tui.ts");
  const set = Array.isArray(parsed.set) ? parsed.set.map(String) : [];
  process.exit(await runTui(given, { home: textOf(parsed.home), set }));
}

function failed(error: unknown): Failure {
  const why = messageOf(error);
  return new Failure("failed", { what: "It did not work", why, hint: "Type: aistack doctor", cause: error });
}

/** Turns argv into an action, its result into text, and what happened into an exit code. */
export async function main(argv: readonly string[]): Promise<number> {
  let code = 0;
  let printsData = false;
  // What stands behind `--` belongs to a command in a container and is not ours to understand.
  const end = argv.indexOf("--");
  const own = end === -1 ? argv : argv.slice(0, end);
  const rest = end === -1 ? [] : argv.slice(end + 1);
  const known = [...actions, tuiCommand];
  const run: Runner = async (action, given, parsed) => {
    printsData = action.printsData?.(given) === true;
    const open = action === tuiCommand && process.stdin.isTTY === true;
    const all = givenWithRest(action, given, rest);
    code = open ? await openTui(all, parsed) : await runAction(action, all, parsed);
  };
  try {
    const plain = readPlainLine(own, known);
    if (plain !== null) await run(plain.action, givenIn(plain.parsed), plain.parsed);
    else {
      const { openProgram } = await import("./program.ts");
      await openProgram(known, run).parseAsync([...own]);
    }
    return code;
  } catch (error) {
    const failure = error instanceof Failure ? error : failed(error);
    const environment = readEnvironment();
    const json = own.includes("--json");
    const err = output(process.stderr, environment);
    if (json) (printsData ? err : output(process.stdout, environment)).write(failureJson(failure));
    if (!json || !printsData) err.write(failureText(failure, err));
    return exitCodes[failure.code];
  }
}

for (const stream of [process.stdout, process.stderr]) {
  stream.on("error", (error: NodeJS.ErrnoException) => {
    if (error.code === "EPIPE") process.exit(0);
    // That there is no room for what went wrong is nothing that could be told; the exit code tells the rest.
    if (stream === process.stderr) return;
    // The terminal has gone; the signal that says so ends what is under way.
    if (error.code === "EIO") return;
    const failure = diskFailure(error, "Not everything was printed", "standard output");
    const err = output(process.stderr, readEnvironment());
    err.write(failureText(failure instanceof Failure ? failure : failed(failure), err));
    process.exit(1);
  });
}

void main(process.argv.slice(2)).then((code) => {
  process.exitCode = code;
  // Nothing is left to do then, and taking Node apart takes longer than leaving.
  process.on("beforeExit", () => process.exit());
});
