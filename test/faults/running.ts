import { type ChildProcess, spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { openEmbedded } from "../../src/engine/stores/sqlite.ts";

const root = join(import.meta.dirname, "../..");
const node = join(root, "node_modules/.bin/node");
const running = new Set<ChildProcess>();

/** A child process, what it has said, and its exit code once it ended. */
export interface Running {
  readonly process: ChildProcess;
  readonly said: () => string;
  readonly complained: () => string;
  readonly ended: Promise<number | null>;
  /** The most memory it has had in use so far, in bytes; 0 once it ended. */
  readonly peakBytes: () => number;
}

/** Starts a program with a home directory of its own for the user. */
export function start(command: string, args: readonly string[], userHome: string): Running {
  const child = spawn(command, args, { stdio: ["pipe", "pipe", "pipe"], env: { ...process.env, HOME: userHome } });
  running.add(child);
  let out = "";
  let err = "";
  child.stdin.on("error", () => undefined);
  child.stdout.setEncoding("utf8").on("data", (chunk: string) => {
    out += chunk;
  });
  child.stderr.setEncoding("utf8").on("data", (chunk: string) => {
    err += chunk;
  });
  const ended = new Promise<number | null>((done) => child.on("close", (code) => done(code)));
  child.on("close", () => running.delete(child));
  return {
    process: child,
    said: () => out,
    complained: () => err,
    ended,
    peakBytes() {
      try {
        const status = readFileSync(`/proc/${child.pid}/status`, "utf8");
        return Number(/VmHWM:\s+(\d+) kB/.exec(status)?.[1] ?? 0) * 1024;
      } catch {
        return 0;
      }
    },
  };
}

/** Starts the built program. */
export function startAistack(args: readonly string[], userHome: string): Running {
  return start(node, [join(root, "dist/aistack.js"), ...args], userHome);
}

/** Starts one of the programs in `writers/`. */
export function startScript(name: string, args: readonly string[], userHome: string): Running {
  const runner = name.endsWith(".ts") ? node : name.endsWith(".py") ? "python3" : "bash";
  return start(runner, [join(import.meta.dirname, "writers", name), ...args], userHome);
}

/** Ends every child that is left. */
export function endAll(): void {
  for (const child of running) child.kill("SIGKILL");
}

/** The task each lesson, vector, measurement and dataset line came from, as often as it is there. */
export function learnedTasks(home: string): {
  rows: string[];
  vectors: string[];
  neighbours: string[];
  dataset: string[];
} {
  const store = openEmbedded(join(home, "aistack.db"), { readOnly: true });
  const taskOf = (text: unknown) => /called (\S+) now/.exec(String(text))?.[1] ?? `unknown: ${text}`;
  try {
    return {
      rows: store.all("SELECT prompt FROM lessons").map(({ prompt }) => taskOf(prompt)),
      vectors: store.all("SELECT prompt FROM vectors LEFT JOIN lessons USING (id)").map(({ prompt }) => taskOf(prompt)),
      neighbours: store
        .all("SELECT prompt FROM neighbours LEFT JOIN lessons USING (id)")
        .map(({ prompt }) => taskOf(prompt)),
      dataset: readFileSync(join(home, "dataset.jsonl"), "utf8").trimEnd().split("\n").map(taskOf),
    };
  } finally {
    store.close();
  }
}

/** The event line of a completed task from which a lesson is learned. */
export function taskLine(name: string, pad = ""): string {
  const prompt = `please finish the piece of work called ${name} now`;
  const task = { task_id: name, prompt, output: `the work ${name} is finished${pad}`, iteration: 1, backend: "aider" };
  return `${JSON.stringify({ event: "task_completed", task_id: name, status: "completed", total_iterations: 1, task })}\n`;
}

function sessionLine(name: string, type: "user" | "assistant", text: string): string {
  const model = type === "assistant" ? { model: "claude", stop_reason: "end_turn" } : {};
  const line = {
    ...{ type, sessionId: name, uuid: `${name}-${type}-${text.length}`, timestamp: "2026-01-02T03:04:05Z" },
    message: { role: type, ...model, content: text },
  };
  return `${JSON.stringify(line)}\n`;
}

/** How the better answer to a rejected one begins. */
export const betterWork = "now the work is better";

/**
 * What is written in a round: a session's question with its answer, which is taught once nothing follows; of the session
 * before, where its number is even, the rejection, with a better answer.
 */
export function sessionLines(round: number): string {
  const before = `s${round - 1}`;
  const rejection =
    round % 2 === 0
      ? ""
      : sessionLine(before, "user", "No, that is wrong, the tests of it fail") +
        sessionLine(before, "assistant", `${betterWork}, ${before} passes all of its tests`);
  const name = `s${round}`;
  const question = sessionLine(name, "user", `please finish the piece of work called ${name} now`);
  return rejection + question + sessionLine(name, "assistant", `the work ${name} is finished`);
}

/** What must be left of so many rounds: the sessions that were taught and those that were rejected, and the lines. */
export function sessionsEnd(rounds: number): { taught: string[]; rejected: string[]; lines: number } {
  const names = Array.from({ length: rounds }, (_, round) => round);
  const isRejected = (round: number) => round % 2 === 0 && round < rounds - 1;
  const rejected = names.filter(isRejected).map((round) => `s${round}`);
  const taught = names.filter((round) => !isRejected(round)).map((round) => `s${round}`);
  return { taught, rejected, lines: 2 * (rounds + rejected.length) };
}

/** Numbers from 0 to below 1 that are the same in every run. */
export function openDice(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state ^ (state >>> 15), 0x2c1b3c6d) + 0x6d2b79f5) >>> 0;
    return ((state ^ (state >>> 12)) >>> 0) / 4_294_967_296;
  };
}
