import { join } from "node:path";
import { Failure } from "../engine/errors.ts";
import { telemetryDirectory } from "../engine/telemetry/sources.ts";
import { openWriter } from "../engine/telemetry/write.ts";
import type { Action, Given } from "./action.ts";
import { refuseWhilePaused } from "./intake.ts";

function fieldsOf(given: Given): Record<string, unknown> {
  const event: Record<string, unknown> = {};
  const name = given.text("event");
  if (name !== null) event.event_type = name;
  for (const pair of given.list("field")) {
    const at = pair.indexOf("=");
    if (at < 1) {
      throw new Failure("usage", {
        what: "The event was not written",
        why: `the field ${pair} is not of the form name=value`,
        hint: "Type: aistack telemetry write --event task_completed --field status=completed",
      });
    }
    const text = pair.slice(at + 1);
    try {
      event[pair.slice(0, at)] = JSON.parse(text);
    } catch {
      event[pair.slice(0, at)] = text;
    }
  }
  return { timestamp: new Date().toISOString(), ...event };
}

/** Appends one event, or every line of standard input, under the lock that other writers use. */
export const telemetryAction: Action = {
  name: "telemetry write",
  sentence: "Append one event from arguments, or whole JSON lines from standard input, to a telemetry log",
  args: [
    { name: "event", type: "string", sentence: "The event's name, written as event_type" },
    { name: "field", type: "list", sentence: "One more field as name=value; the value is JSON or else text" },
    {
      name: "log",
      type: "string",
      sentence: "Log to append to, in the telemetry directory",
      fallback: "aistack-events.jsonl",
    },
    { name: "force", type: "boolean", sentence: "Write also while intake is paused because the backlog is too large" },
  ],
  reads: false,
  async run(stack, given) {
    const log = given.text("log") ?? "";
    if (!/^[\w.-]+-events\.jsonl$/.test(log)) {
      throw new Failure("usage", {
        what: "The event was not written",
        why: `${log} is not the name of a log that is followed`,
        hint: "Use a name like aistack-events.jsonl",
      });
    }
    const file = join(telemetryDirectory(stack.config), log);
    const lockTimeoutMs = stack.config.values["telemetry.lockTimeoutMs"];
    const lines: (string | object)[] = [];
    if (given.text("event") !== null || given.list("field").length > 0) lines.push(fieldsOf(given));
    else lines.push(...given.list("stdin"));
    if (lines.length === 0) {
      throw new Failure("usage", {
        what: "No event was written",
        why: "neither --event nor a line on standard input was given",
        hint: "Type: aistack telemetry write --event NAME --field key=value",
      });
    }
    if (!given.flag("force")) refuseWhilePaused(stack.config.home);
    await using writer = openWriter(file, { lockTimeoutMs });
    let bytes = 0;
    for (const line of lines) bytes += (await writer.append(line)).bytes;
    return { file, events: lines.length, bytes };
  },
};
