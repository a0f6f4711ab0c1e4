import { hash } from "node:crypto";
import { mkdirSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { lessonId } from "../../../src/engine/learning/lesson.ts";

/** A lesson as older rules of redaction left it: with the planted words still in it. */
export interface FormerLesson {
  readonly id: string;
  readonly kind: string;
  readonly patternId: string;
  readonly prompt: string;
  readonly response: string;
  readonly backend: string;
  readonly review: string;
  readonly file: string;
  readonly offset: number;
  readonly bytes: number;
}

/** A home as a former version left it, without its store: its logs, its dataset, and what is to be in the store. */
export interface FormerHome {
  readonly home: string;
  readonly logs: string;
  readonly log: string;
  /** `device:inode` of the log. */
  readonly inode: string;
  /** The words that must be nowhere but in the logs. */
  readonly planted: readonly string[];
  readonly lessons: readonly FormerLesson[];
  /** The text of a cursor of version 1 with raw words in its open turn, by sink and copy. */
  cursorBody(sink: string, copy: "newest" | "previous"): string;
  /** Lessons that are the same as an earlier one once they are redacted. */
  readonly same: readonly string[];
  /** Lessons of which too little is left. */
  readonly short: readonly string[];
}

/** A planted token of GitHub, and a planted name of somebody's home, both unlike anything else. */
export const token = (name: string) => `ghp_${hash("sha256", `token ${name}`, "hex").slice(0, 36)}`;
export const person = (name: string) => `p${hash("sha256", `person ${name}`, "hex").slice(0, 11)}`;

/** Makes such a home with so many lessons, of which every fourth has planted words. */
export function makeFormerHome(home: string, count: number): FormerHome {
  const logs = join(home, "own-logs");
  mkdirSync(logs, { recursive: true });
  const log = join(logs, "ralph-events.jsonl");
  const planted: string[] = [];
  const secret = (name: string) => {
    planted.push(token(name));
    return token(name);
  };
  const homeOf = (name: string) => {
    planted.push(person(name));
    return `/home/${person(name)}`;
  };
  const works = Array.from({ length: count }, (_, index) => {
    const raw = index % 4 === 0;
    return {
      task: raw ? `task ${homeOf(`task${index}`)}/x ${index}` : `task-${index}`,
      backend: raw ? `model-of-${secret(`backend${index}`)}` : "model",
      prompt: raw
        ? `Please push the work number ${index} with ${secret(`prompt${index}`)} from ${homeOf(`prompt${index}`)}/src`
        : `Please push the work number ${index} of ${(index * 7919) % 977} names`,
      response: raw ? `Pushed ${index} with ${secret(`response${index}`)} now` : `Pushed number ${index} at once`,
      review: index === 4 ? "approved" : "pending",
    };
  });
  const again = (name: string, review: string) => ({
    task: "again",
    backend: "model",
    prompt: `Please publish the package with ${secret(name)} again`,
    response: `Published the package with ${secret(`${name} answer`)}`,
    review,
  });
  const first = works.length;
  works.push(again("first", "approved"), again("second", "rejected"), again("third", "pending"));
  works.push({
    task: "short",
    backend: "",
    prompt: `${homeOf("short")}/readme`,
    response: "That is a file",
    review: "pending",
  });
  let offset = 0;
  const lines = works.map(({ task, prompt, response, backend }) => {
    const own = { task_id: task, prompt, output: response, iteration: 1, backend };
    return `${JSON.stringify({ event: "task_completed", task_id: task, status: "completed", total_iterations: 1, task: own })}\n`;
  });
  const lessons = works.map(({ task, prompt, response, backend, review }, index) => {
    const bytes = Buffer.byteLength(lines[index] ?? "");
    const lesson = {
      id: lessonId(prompt, response),
      kind: "task_completion",
      patternId: task,
      prompt,
      response,
      backend,
      review,
      file: log,
      offset,
      bytes,
    };
    offset += bytes;
    return lesson;
  });
  writeFileSync(log, lines.join(""));
  const { dev, ino } = statSync(log);
  const inode = `${dev}:${ino}`;
  const pairs = lessons.map(({ id, patternId, prompt, response, backend, kind }) =>
    JSON.stringify({
      messages: [
        {
          role: "system",
          content: "You are an expert coding assistant. Provide clear, correct and complete solutions.",
        },
        { role: "user", content: prompt },
        { role: "assistant", content: response },
      ],
      metadata: {
        pattern_id: patternId,
        interaction_type: kind,
        backend,
        iterations: 1,
        timestamp: "",
        success_metrics: { iterations: 1 },
        lesson_id: id,
      },
    }),
  );
  const foreign = [
    JSON.stringify({ note: `kept by hand: ${secret("foreign")}`, [homeOf("field")]: [{ deep: secret("deep") }] }),
    `no JSON at all with ${secret("text")} in it`,
    JSON.stringify({ harmless: "line", of: "somebody" }),
  ];
  writeFileSync(join(home, "dataset.jsonl"), `${[...pairs, ...foreign].join("\n")}\n`);
  const refusal = {
    sink: "vectors",
    lesson: lessons[0]?.id ?? "",
    file: log,
    inode,
    offset: 0,
    bytes: 10,
    why: `the server said ${secret("refusal")}`,
    foundAt: "2026-01-01T00:00:00.000Z",
  };
  writeFileSync(join(home, "refused.jsonl"), `${JSON.stringify(refusal)}\n`);
  return {
    home,
    logs,
    log,
    inode,
    planted,
    lessons,
    same: lessons.slice(first + 1, first + 3).map(({ id }) => id),
    short: lessons.slice(-1).map(({ id }) => id),
    cursorBody: (sink, copy) =>
      JSON.stringify({
        version: 1,
        inode,
        file: log,
        offset,
        print: { headBytes: 0, headHash: "", tailHash: "" },
        turn: {
          dialect: "Claude Code",
          session: `session of ${homeOf(`session ${sink} ${copy}`)}`,
          prompt: `Why does ${secret(`turn ${sink} ${copy}`)} not work for me here?`,
          response: `Because ${homeOf(`turn ${sink} ${copy}`)}/.netrc says so`,
          startedAt: "2026-01-01T00:00:00.000Z",
          model: "model",
          steps: 0,
          failures: 0,
          failing: false,
        },
      }),
  };
}
