import { closeSync, openSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { appendDurably, writeWhole } from "./disk.ts";
import { errnoOf } from "./errors.ts";
import { type Refusal, refusalShape } from "./shapes.ts";

/** The lessons that sinks refused for good, kept in the home apart from every store. */
export interface Refusals {
  /** Lists a refusal, durably; one that is listed already stays as it is. Fails with `full` or `home`. */
  add(refusal: Refusal): Promise<void>;
}

function refusalsFile(home: string): string {
  return join(home, "refused.jsonl");
}

function parseRefusal(line: string): Refusal[] {
  try {
    const parsed = refusalShape().safeParse(JSON.parse(line));
    return parsed.success ? [parsed.data] : [];
  } catch {
    return [];
  }
}

const keyOf = ({ sink, lesson }: Refusal) => `${sink} ${lesson}`;

/** The refusals of a home, oldest first, each once; a torn line is left out. */
export function readRefusals(home: string): Refusal[] {
  let text = "";
  try {
    text = readFileSync(refusalsFile(home), "utf8");
  } catch (error) {
    if (errnoOf(error) !== "ENOENT") throw error;
  }
  const found = text.split("\n").flatMap(parseRefusal);
  return [...new Map(found.map((one) => [keyOf(one), one])).values()];
}

/** Takes refusals off the list of a home. */
export async function forgetRefusals(home: string, gone: readonly Refusal[]): Promise<void> {
  const keys = new Set(gone.map(keyOf));
  const left = readRefusals(home).filter((one) => !keys.has(keyOf(one)));
  await writeWhole(refusalsFile(home), left.map((one) => `${JSON.stringify(one)}\n`).join(""));
}

/** Opens the list of refusals of a home for adding; of more than `kept` the oldest go first. */
export function openRefusals(home: string, kept: number): Refusals {
  let known: Map<string, Refusal> | null = null;
  return {
    async add(refusal) {
      known ??= new Map(readRefusals(home).map((one) => [keyOf(one), one]));
      if (known.has(keyOf(refusal))) return;
      const line = `${JSON.stringify(refusal)}\n`;
      const file = refusalsFile(home);
      const fd = openSync(file, "a+", 0o600);
      try {
        await appendDurably(fd, file, endsTorn(file) ? `\n${line}` : line);
      } finally {
        closeSync(fd);
      }
      known.set(keyOf(refusal), refusal);
      if (known.size <= 2 * Math.max(1, kept)) return;
      await forgetRefusals(home, [...known.values()].slice(0, known.size - kept));
      known = null;
    },
  };
}

function endsTorn(file: string): boolean {
  const text = readFileSync(file);
  return text.length > 0 && text.at(-1) !== 10;
}
