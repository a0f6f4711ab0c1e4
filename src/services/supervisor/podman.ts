import type { Options } from "execa";
import { splitLines } from "../../engine/base/lines.ts";
import { errnoOf, Failure, messageOf } from "../../engine/errors.ts";
import type { Environment } from "../../engine/home.ts";
import { podmanFailure, podmanMissing, podmanSilent } from "./podman-error.ts";
import type { CommandRun } from "./state.ts";
import { mergeLines, type OutputLine } from "./two-streams.ts";

/** How one podman command is run. */
export interface Run {
  /** What did not happen if it fails, as a sentence. */
  readonly what: string;
  /** Milliseconds; null means until the signal. */
  readonly timeoutMs?: number | null;
  /** Given on standard input, so that it is on no command line. */
  readonly input?: string;
  /** Added to Podman's own environment, so that values are on no command line. */
  readonly environment?: Readonly<Record<string, string>>;
  /** Exit codes beside 0 that are an answer, not a failure; `any` where the container's own code is passed on. */
  readonly accept?: readonly number[] | "any";
  readonly signal?: AbortSignal | undefined;
  /** How long after the signal a command that changes something may still go on, milliseconds, so that it ends whole. */
  readonly graceMs?: number;
}

/** What a podman command answered. */
export interface Answer {
  readonly stdout: string;
  readonly stderr: string;
  readonly exitCode: number;
}

/** A running podman command that prints line by line. */
export interface PodmanStream extends AsyncDisposable {
  readonly lines: AsyncIterable<OutputLine>;
  /** The running process; null before it was started and where it could not be. */
  pid(): number | null;
}

/** The one door to Podman: nothing else starts a process. */
export interface Podman {
  /** Runs a command to its end; fails with `podman`, `held`, `dependency`, `full` or `failed`. */
  run(argv: readonly string[], run: Run): Promise<Answer>;
  /** Runs a command that goes on, line by line, until it ends or the signal comes. */
  stream(argv: readonly string[], options: { readonly signal: AbortSignal }): PodmanStream;
  /** Gives the terminal to a command, until the signal at the latest; its exit code. */
  handOver(argv: readonly string[], options: { readonly signal: AbortSignal }): Promise<number>;
  /** The commands that were run, oldest first; at most the last 1,000. */
  readonly runs: readonly CommandRun[];
}

/** What opens the door to Podman. */
export interface PodmanOptions {
  readonly command: string;
  readonly environment: Environment;
  /** For commands that say nothing themselves, milliseconds. */
  readonly timeoutMs: number;
  readonly parallel: number;
  readonly onRun?: (run: CommandRun) => void;
}

const runsKept = 1000;
const answerBytes = 64 * 1024 * 1024;

// The signal, later by a grace.
function lateSignal(signal: AbortSignal | undefined, graceMs: number): Disposable & { readonly signal: AbortSignal } {
  const late = new AbortController();
  let timer: NodeJS.Timeout | undefined;
  const begin = () => {
    if (graceMs === 0) late.abort();
    else timer = setTimeout(() => late.abort(), graceMs);
  };
  signal?.addEventListener("abort", begin, { once: true });
  return {
    signal: late.signal,
    [Symbol.dispose]() {
      signal?.removeEventListener("abort", begin);
      clearTimeout(timer);
    },
  };
}

function openGate(places: number) {
  let free = places;
  const waiting: (() => void)[] = [];
  return {
    async enter() {
      if (free > 0) free--;
      else await new Promise<void>((resolve) => waiting.push(resolve));
    },
    leave() {
      const next = waiting.shift();
      if (next === undefined) free++;
      else next();
    },
  };
}

const notFound = 127;

// A program that is not there ends as a shell says it.
function codeOf({ exitCode, cause }: { readonly exitCode?: number | undefined; readonly cause?: unknown }) {
  return exitCode ?? (errnoOf(cause) === "ENOENT" ? notFound : null);
}

/** Opens the door to Podman; starts nothing. */
export function openPodman(options: PodmanOptions): Podman {
  const { command, environment } = options;
  const runs: CommandRun[] = [];
  const gate = openGate(options.parallel);

  const begin = (argv: readonly string[]) => {
    const started = performance.now();
    const run = { argv, startedAt: new Date().toISOString(), elapsedMs: null, exitCode: null };
    runs.push(run);
    if (runs.length > runsKept) runs.shift();
    options.onRun?.(run);
    return (exitCode: number | null) => {
      const ended: CommandRun = { ...run, elapsedMs: performance.now() - started, exitCode };
      const at = runs.lastIndexOf(run);
      if (at !== -1) runs[at] = ended;
      options.onRun?.(ended);
    };
  };

  const execute = async (argv: readonly string[], run: Run): Promise<Answer> => {
    const { execa } = await import("execa");
    const timeoutMs = run.timeoutMs === undefined ? options.timeoutMs : run.timeoutMs;
    const end = begin(argv);
    using cancel = lateSignal(run.signal, run.graceMs ?? 0);
    const settings = {
      reject: false,
      extendEnv: false,
      env: { ...environment, ...run.environment },
      // A Ctrl-C in the terminal must not reach a command that changes something half-way.
      detached: true,
      ...(run.input === undefined ? { stdin: "ignore" } : { input: run.input }),
      stripFinalNewline: false,
      maxBuffer: answerBytes,
      killSignal: "SIGTERM",
      forceKillAfterDelay: 2000,
      ...(timeoutMs === null ? {} : { timeout: timeoutMs }),
      cancelSignal: cancel.signal,
    } satisfies Options;
    const result = await execa(command, argv, settings);
    end(codeOf(result));
    if (result.isCanceled) throw run.signal?.reason ?? new Failure("podman", { what: run.what, why: "it was ended" });
    if (result.timedOut) throw podmanSilent(argv, timeoutMs ?? 0);
    if (result.exitCode === undefined) {
      if (errnoOf(result.cause) === "ENOENT") throw podmanMissing(command, result.cause);
      const why =
        result.signal === undefined ? messageOf(result.cause) : `podman ${argv[0]} was ended by ${result.signal}`;
      throw new Failure("podman", { what: run.what, why, hint: "Type: aistack doctor", cause: result.cause });
    }
    const { exitCode, stdout, stderr } = result;
    if (exitCode !== 0 && run.accept !== "any" && run.accept?.includes(exitCode) !== true) {
      throw podmanFailure({ argv, exitCode, stderr }, run.what);
    }
    return { stdout, stderr, exitCode };
  };

  return {
    runs,
    async run(argv, run) {
      await gate.enter();
      try {
        run.signal?.throwIfAborted();
        return await execute(argv, run);
      } finally {
        gate.leave();
      }
    },
    stream(argv, { signal }) {
      const stop = new AbortController();
      const both = AbortSignal.any([signal, stop.signal]);
      let pid: number | null = null;
      const lines = async function* () {
        const { execa } = await import("execa");
        const end = begin(argv);
        const child = execa(command, argv, {
          reject: false,
          extendEnv: false,
          env: environment,
          stdin: "ignore",
          buffer: false,
          cancelSignal: both,
          forceKillAfterDelay: 2000,
        });
        pid = child.pid ?? null;
        void child.then((result) => end(codeOf(result)));
        try {
          const linesOf = (from: OutputLine["stream"]) => splitLines(child.iterable({ from, binary: true }));
          yield* mergeLines(linesOf("stdout"), linesOf("stderr"));
          const result = await child;
          if (both.aborted) return;
          if (errnoOf(result.cause) === "ENOENT") throw podmanMissing(command, result.cause);
        } finally {
          stop.abort();
        }
      };
      return {
        lines: lines(),
        pid: () => pid,
        async [Symbol.asyncDispose]() {
          stop.abort();
        },
      };
    },
    async handOver(argv, { signal }) {
      const { execa } = await import("execa");
      const end = begin(argv);
      const result = await execa(command, argv, {
        reject: false,
        extendEnv: false,
        env: environment,
        stdio: "inherit",
        cancelSignal: signal,
        // What a terminal that is gone says to those on it.
        killSignal: "SIGHUP",
        forceKillAfterDelay: 2000,
      });
      end(codeOf(result));
      if (errnoOf(result.cause) === "ENOENT") throw podmanMissing(command, result.cause);
      return result.exitCode ?? 1;
    },
  };
}
