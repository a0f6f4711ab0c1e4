import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { dialectLines } from "./dialect-lines.ts";

/** What every planted token, and every planted name of a home, has in it. */
export const marks = ["Q7kZplanted", "pq7kzperson"] as const;

let last = 0;

/** A token and a home that occur nowhere else, in words. */
export function plant(): string {
  const number = ++last;
  const rest = createHash("sha256").update(`${number}`).digest("hex").slice(0, 25);
  return `ghp_${marks[0]}${rest} in /home/${marks[1]}${number}/x of ${number} names`;
}

// Names of fields by which a line's dialect is told.
const telling = new Set(["type", "event", "event_type", "role", "status", "outcome", "kind", "name", "key"]);

function leaves(value: unknown, path: readonly string[] = []): (readonly string[])[] {
  if (typeof value === "string") return [path];
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([name, one]) => leaves(one, [...path, name]));
}

function planted(value: unknown, isChosen: (path: string) => boolean, path: readonly string[] = []): unknown {
  if (typeof value === "string") return isChosen(path.join(".")) ? `${value} ${plant()}` : value;
  if (Array.isArray(value)) return value.map((one, index) => planted(one, isChosen, [...path, `${index}`]));
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, one]) => [name, planted(one, isChosen, [...path, name])]),
  );
}

function shapeOf(line: string): string {
  const value: unknown = JSON.parse(line);
  return leaves(value)
    .map((path) => path.join("."))
    .join(" ");
}

/**
 * Lines with words planted in them: each line as it is but for every text that does not tell its
 * dialect; and, of each shape of line, one for each of its texts with words in that one only.
 */
function plantedLines(lines: readonly string[], shapes: number): string[] {
  const seen = new Set<string>();
  return lines.slice(0, 40).flatMap((line) => {
    const value: unknown = JSON.parse(line);
    const isWord = (path: string) => !telling.has(path.split(".").at(-1) ?? "") && !/time|timestamp|uuid/i.test(path);
    const all = [JSON.stringify(planted(value, isWord))];
    const shape = shapeOf(line);
    if (seen.has(shape) || seen.size >= shapes) return all;
    seen.add(shape);
    return [
      ...all,
      ...leaves(value).map((chosen) => JSON.stringify(planted(value, (path) => path === chosen.join(".")))),
    ];
  });
}

/** The planted lines of every recorded sample and of every dialect by the name of its file, with bad lines and tasks that make proposals. */
export function plantedFiles(fixtures: string): Map<string, string[]> {
  const files = new Map<string, string[]>();
  for (const folder of ["telemetry", "transcripts"]) {
    for (const name of readdirSync(join(fixtures, folder)).filter((one) => one.endsWith(".jsonl")))
      files.set(
        name,
        plantedLines(
          readFileSync(join(fixtures, folder, name), "utf8")
            .split("\n")
            .filter(Boolean),
          4,
        ),
      );
  }
  for (const [name, lines] of Object.entries(dialectLines)) {
    const texts = lines.map((line) => JSON.stringify(line));
    files.set(name, plantedLines([...texts, ...texts], 20));
  }
  const tasks = Array.from({ length: 12 }, (_, index) => {
    const host = index % 2 === 0 ? `host '${plant().split(" ")[0]}'` : `https://${plant()}:443/`;
    const context = { last_error: `connection refused, timed out: ${host}`, last_exception: plant() };
    const task = { prompt: `Please do the work ${plant()}`, output: `Done so: ${plant()}`, iteration: 1, context };
    return JSON.stringify({
      event: "task_completed",
      task_id: plant(),
      status: index % 3 === 0 ? "failed" : "completed",
      total_iterations: 3 + index,
      adaptive_limit_used: 3 + index,
      task,
    });
  });
  const bad = [`{"broken ${plant()}`, `not JSON ${plant()}`, `{"event": "nothing known", "words": "${plant()}"}`];
  files.set("ralph-planted.jsonl", [...tasks, ...bad, `"${plant()} ${"x".repeat(9000)}"`]);
  return files;
}
