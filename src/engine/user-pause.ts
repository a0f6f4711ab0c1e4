import { readFileSync, statSync } from "node:fs";
import { rm } from "node:fs/promises";
import { join } from "node:path";
import { diskFailure, syncDirectory, writeWhole } from "./disk.ts";
import { errnoOf } from "./errors.ts";
import { cleanWords } from "./learning/said-why.ts";
import { type Paused, pausedShape } from "./shapes.ts";

function pauseFile(home: string): string {
  return join(home, "learning.paused");
}

/** The user's own pause of a home, or null; a file that cannot be understood is a pause all the same. */
export function readUserPause(home: string): Paused | null {
  let text: string;
  try {
    // Asked four times a second: a file that is not there must not cost an exception.
    if (statSync(pauseFile(home), { throwIfNoEntry: false }) === undefined) return null;
    text = readFileSync(pauseFile(home), "utf8");
  } catch (error) {
    if (errnoOf(error) === "ENOENT") return null;
    return { since: new Date(0).toISOString(), why: `${pauseFile(home)} cannot be read` };
  }
  try {
    return pausedShape().parse(JSON.parse(text));
  } catch {
    return { since: new Date(0).toISOString(), why: `${pauseFile(home)} says nothing more` };
  }
}

/** Pauses learning on a home until it is resumed, over restarts. No secret in the words of why is kept. */
export async function pauseLearning(home: string, words: string): Promise<Paused> {
  const why = await cleanWords(words);
  const paused = readUserPause(home) ?? { since: new Date().toISOString(), why };
  await writeWhole(pauseFile(home), `${JSON.stringify({ ...paused, why })}\n`);
  return { ...paused, why };
}

/** Ends the user's own pause of a home. */
export async function resumeLearning(home: string): Promise<void> {
  try {
    await rm(pauseFile(home), { force: true });
    await syncDirectory(home);
  } catch (error) {
    if (errnoOf(error) !== "ENOENT") throw diskFailure(error, "Learning was not resumed", pauseFile(home));
  }
}
