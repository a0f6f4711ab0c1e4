import { expect, test } from "vitest";
import { isFailedOutput } from "../../../src/engine/learning/formats/failed-output.ts";
import { typedBy } from "../../../src/engine/learning/formats/harness.ts";
import { unknownEnding } from "../../../src/engine/learning/lesson.ts";
import { rejects } from "../../../src/engine/learning/rejection.ts";
import { refusal } from "../../../src/engine/learning/success.ts";
import { withoutThoughts } from "../../../src/engine/learning/thoughts.ts";
import { meritsOf } from "../../../src/engine/learning/value.ts";

/** Texts that make a careless expression try every way of reading them. */
const parts = [
  "<system-reminder>",
  "<system-reminder></system-reminder>",
  "a <system-reminder> ",
  "<think>\n",
  "Error: ",
  "no ",
  "leider kann ich ",
  "<task-notification ",
  "# Context from my IDE setup:\n",
  "## My request for x\n",
  "```\n",
  "~~~~\n",
  "hello ",
  "sure, ",
  "no, ",
  "a/",
  "a_",
  "{[\n",
  "Exit code: ",
  "[Cron ",
  "x=1 ",
  "   ",
  "\n",
  "`",
  "1.",
  "<your ",
  "Background command ",
  "</think>",
  "<|channel|>final",
  "Generate a ",
  "title, ",
  "I was unable to ",
  "The tests ",
  "Let me look. ",
  "sorry, but ",
  "your answer, ",
  "--- Content from referenced files ---",
  "rejected by ",
];

const checks: Readonly<Record<string, (text: string) => unknown>> = {
  "taking out what the harness put there": typedBy,
  "looking for a rejection": rejects,
  "taking thoughts away": withoutThoughts,
  "looking for a failed command": (text) => isFailedOutput({ content: text }),
  "judging success": (response) =>
    refusal({
      patternId: "",
      kind: "conversation",
      prompt: "",
      response,
      backend: "",
      iterations: 1,
      timestamp: "",
      successMetrics: {},
      feedback: null,
      ending: unknownEnding,
    }),
  appraising: (text) => meritsOf({ prompt: text, response: text }),
};

test.each(Object.keys(checks))("%s takes a time in proportion to 16 MB of hostile text", (name) => {
  const slowest = { part: "", ms: 0 };
  const timeOf = (part: string, units: number) => {
    const text = part.repeat(Math.ceil(units / part.length));
    const started = performance.now();
    checks[name]?.(text);
    return performance.now() - started;
  };
  for (const part of parts) {
    const ms = timeOf(part, 2 ** 24);
    if (ms > slowest.ms) Object.assign(slowest, { part, ms });
  }
  process.stdout.write(`${name}, 16 MB, slowest: ${Math.round(slowest.ms)} ms for ${JSON.stringify(slowest.part)}\n`);
  // What grows with the square of the length would take 65,536 times as long as for 64 kB, not 256 times.
  const short = Math.max(0.2, timeOf(slowest.part, 2 ** 16));
  expect(slowest.ms / short).toBeLessThan(256 * 16);
});
