import * as z from "zod";
import { setting } from "./setting.ts";

const mebibyte = 1024 * 1024;

/** Where telemetry is and how it is read and written. */
export const telemetrySettings = {
  "telemetry.directory": setting(
    () => z.string().min(1).nullable(),
    null,
    "path or null",
    "Directory of the stack's own telemetry; null means `telemetry` in the home.",
  ),
  "telemetry.sources": setting(
    () => z.array(z.string().min(1)),
    [],
    "list of paths or globs",
    "Further files to follow, as paths or globs.",
  ),
  "telemetry.claudeCode": setting(
    () => z.boolean(),
    false,
    "true or false",
    "Read Claude Code session transcripts under `~/.claude/projects`; private, so off until you say so.",
  ),
  "telemetry.codex": setting(
    () => z.boolean(),
    false,
    "true or false",
    "Read Codex CLI rollouts under `~/.codex/sessions`; private, so off until you say so.",
  ),
  "telemetry.copilot": setting(
    () => z.boolean(),
    false,
    "true or false",
    "Read Copilot CLI session events under `~/.copilot/session-state`; private, so off until you say so.",
  ),
  "telemetry.geminiCli": setting(
    () => z.boolean(),
    false,
    "true or false",
    "Read Gemini CLI chats under `~/.gemini/tmp`; private, so off until you say so.",
  ),
  "telemetry.qwenCode": setting(
    () => z.boolean(),
    false,
    "true or false",
    "Read Qwen Code chats under `~/.qwen/projects`; private, so off until you say so.",
  ),
  "telemetry.pi": setting(
    () => z.boolean(),
    false,
    "true or false",
    "Read Pi sessions under `~/.pi/agent/sessions`; private, so off until you say so.",
  ),
  "telemetry.openclaw": setting(
    () => z.boolean(),
    false,
    "true or false",
    "Read OpenClaw sessions under `~/.openclaw/agents`; private, so off until you say so.",
  ),
  "telemetry.droid": setting(
    () => z.boolean(),
    false,
    "true or false",
    "Read Factory Droid sessions under `~/.factory/sessions`; private, so off until you say so.",
  ),
  "telemetry.maxLineBytes": setting(
    () =>
      z
        .int()
        .min(1024)
        .max(64 * mebibyte),
    8 * mebibyte,
    "1024 to 67108864",
    "Longest line that is read, in bytes; a longer one is counted as `line_too_long` and skipped.",
  ),
  "telemetry.lockTimeoutMs": setting(
    () => z.int().min(1).max(600_000),
    5000,
    "1 to 600000",
    "How long a writer waits for the lock of a telemetry file, in milliseconds.",
  ),
} as const;
