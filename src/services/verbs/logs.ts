import { Failure } from "../../engine/errors.ts";
import type { Given } from "../action.ts";
import type { Run } from "../lazily.ts";
import type { Stack } from "../stack.ts";
import { readLogs } from "../supervisor/logs.ts";
import { readStack } from "../supervisor/look.ts";
import { checkNames } from "../supervisor/order.ts";
import { findContainer } from "../supervisor/plan.ts";
import type { LogLine } from "../supervisor/state.ts";
import { openStage } from "./open-stage.ts";
import { jsonLine } from "./schema.ts";

function textOf({ service, at, text }: LogLine, width: number, timestamps: boolean): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what must not reach a terminal
  const seen = text.replace(/[\u0000-\u0008\u000b-\u001a\u001c-\u001f\u007f-\u009f]/g, " ");
  const safe = seen.replaceAll("\u001b", "␛");
  return `${service.padEnd(width)} | ${timestamps ? `${at ?? "–"} ` : ""}${safe}`;
}

function tailOf(given: Given): number | null {
  const text = given.text("tail");
  if (text === null) return null;
  if (/^\d{1,9}$/.test(text)) return Number(text);
  const hint = "Write a whole number, such as --tail 100";
  throw new Failure("usage", { what: "No log was read", why: `--tail ${text} is no number of lines`, hint });
}

async function* logs(stack: Stack, given: Given, signal: AbortSignal): AsyncIterable<string> {
  const request = { follow: given.flag("follow"), tail: tailOf(given), since: given.text("since") };
  const asked = given.list("service");
  const { manifest, podman } = await openStage(stack, given, asked);
  checkNames(manifest, asked);
  const containers = await readStack(podman, manifest.project, { signal });
  const names = (asked.length > 0 ? asked : manifest.services.map(({ name }) => name)).filter((name) => {
    if (findContainer(containers, manifest.project, name) !== null) return true;
    if (asked.length === 0) return false;
    throw new Failure("failed", {
      what: `The log of ${name} was not read`,
      why: "it has no container",
      hint: `Type: aistack up ${name}`,
    });
  });
  const width = Math.max(0, ...names.map(({ length }) => length));
  try {
    for await (const line of readLogs(podman, manifest.project, names, request, { signal })) {
      yield given.flag("json") ? jsonLine({ ...line }) : textOf(line, width, given.flag("timestamps"));
    }
  } catch (error) {
    if (!signal.aborted) throw error;
  }
}

/** `aistack logs`. */
export const runLogs: Run = (stack, given, { signal }) => logs(stack, given, signal);
