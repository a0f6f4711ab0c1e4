import type { ByteRange } from "../lesson.ts";
import { claudeCode } from "./agents/claude-code.ts";
import { claudeStream } from "./agents/claude-stream.ts";
import { codex } from "./agents/codex.ts";
import { codexExec } from "./agents/codex-exec.ts";
import { codexFlat } from "./agents/codex-flat.ts";
import { copilot } from "./agents/copilot.ts";
import { geminiCli } from "./agents/gemini-cli.ts";
import { pi } from "./agents/pi.ts";
import { qwenCode } from "./agents/qwen-code.ts";
import { aidb } from "./aidb.ts";
import { chatLines } from "./chat/chat-lines.ts";
import { type Dialect, eventName, type JsonRecord, type Reading, reject, rejectBad } from "./dialect.ts";
import { errorResolution } from "./error-resolution.ts";
import { hybrid } from "./hybrid.ts";
import { inference } from "./inference.ts";
import { otlp } from "./otlp/otlp.ts";
import { queryGap } from "./query-gap.ts";
import { ralph } from "./ralph.ts";
import type { Turns } from "./shapes.ts";
import { vscode } from "./vscode.ts";

const stack: readonly Dialect[] = [hybrid, inference, ralph, errorResolution, aidb, vscode];
// A line is of the first dialect that knows it: the ones that look most closely come first.
const others: readonly Dialect[] = [
  otlp,
  qwenCode,
  geminiCli,
  claudeStream,
  claudeCode,
  codex,
  codexExec,
  copilot,
  pi,
  codexFlat,
  queryGap,
  chatLines,
];

/** Every dialect that is understood. */
export const dialects: readonly Dialect[] = [...stack, ...others];

function isRecord(value: unknown): value is JsonRecord {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** A reading and the name of the dialect that it was written in; empty where none knows the line. */
export interface NamedReading extends Reading {
  readonly dialect: string;
}

/** Reads one parsed line after the turns that are open before it. Pure, and never fails: what is wrong is an outcome. */
export function readRecord(value: unknown, turns: Turns, line: ByteRange): NamedReading {
  if (!isRecord(value)) return { ...rejectBad("not_an_object", turns), dialect: "" };
  const named = eventName(value) !== null;
  for (const dialect of named ? stack : others) {
    if (!dialect.recognises(value)) continue;
    const { outcomes, turns: next } = dialect.read(value, turns, line);
    return { outcomes, turns: next, dialect: dialect.name };
  }
  return { ...(named ? reject("unknown_event", turns) : rejectBad("unknown_shape", turns)), dialect: "" };
}
