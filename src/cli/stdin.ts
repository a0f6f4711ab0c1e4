import { createInterface } from "node:readline";
import type { Given } from "../services/action.ts";

/** The lines of standard input, when an event was not given as arguments and something is piped in. */
export async function readStandardInput(given: Given): Promise<string[]> {
  if (given.text("event") !== null || given.list("field").length > 0 || process.stdin.isTTY) return [];
  const lines: string[] = [];
  for await (const line of createInterface({ input: process.stdin })) if (line.trim() !== "") lines.push(line);
  return lines;
}
