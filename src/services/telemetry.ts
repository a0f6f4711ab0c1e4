import { join } from "node:path";
import { Failure } from "../engine/errors.ts";
import { needs, needsOfAll } from "../engine/learning/formats/needs.ts";
import { telemetryDirectory } from "../engine/telemetry/sources.ts";
import { openWriter } from "../engine/telemetry/write.ts";
import type { Action } from "./action.ts";
import { eventOf } from "./event-fields.ts";
import { refuseWhilePaused } from "./intake.ts";
import { writeInput } from "./telemetry-input.ts";

async function* nothing(): AsyncGenerator<Uint8Array> {}

/** Appends one event, or every line of standard input, under the lock that other writers use. */
export const telemetryAction: Action = {
  name: "telemetry write",
  sentence: "Append one event from arguments, or whole JSON lines from standard input, to a telemetry log",
  args: [
    {
      name: "event",
      type: "string",
      sentence: "The event's name, written as event_type; standard input is then not read",
    },
    {
      name: "field",
      type: "list",
      sentence:
        "One more field as name=value; the value is JSON or else text, and a dot in the name leads into an object",
    },
    {
      name: "log",
      type: "string",
      sentence: "Log to append to, in the telemetry directory",
      fallback: "aistack-events.jsonl",
    },
    { name: "force", type: "boolean", sentence: "Write also while intake is paused because the backlog is too large" },
  ],
  reads: false,
  more: [
    "To teach, an event needs more than its name; a dot leads into an object (\\. is a dot in a name):",
    ...needs.map(({ events, fields, rule }) => {
      return `  ${events.join(", ")}: ${fields.join(", ")}${rule === "" ? "" : ` (${rule})`}`;
    }),
    needsOfAll,
  ].join("\n"),
  async run(stack, given, { signal, input, inputWaits }) {
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
    const force = given.flag("force");
    const [name, fields] = [given.text("event"), given.list("field")];
    if (name !== null || fields.length > 0) {
      const event = eventOf(name, fields);
      if (!force) refuseWhilePaused(stack.config.home);
      // A loop that reads lines of its own shares its input with us, so this is said and not refused.
      if (inputWaits?.() === true) {
        stack.emit({ type: "input.unread", why: "the event was given by --event and --field" });
      }
      await using writer = openWriter(file, { lockTimeoutMs });
      return { file, events: 1, bytes: (await writer.append(event)).bytes };
    }
    await using writer = openWriter(file, { lockTimeoutMs });
    const written = await writeInput(input ?? nothing(), {
      file,
      mostBytes: stack.config.values["telemetry.maxLineBytes"],
      write(event) {
        if (!force) refuseWhilePaused(stack.config.home);
        return writer.append(event, { signal });
      },
    });
    if (written.events === 0 && !signal.aborted) {
      throw new Failure("usage", {
        what: "No event was written",
        why: "neither --event nor a line on standard input was given",
        hint: "Type: aistack telemetry write --event NAME --field key=value",
      });
    }
    return written;
  },
};
