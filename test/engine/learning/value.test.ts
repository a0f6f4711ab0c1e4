import { describe, expect, test } from "vitest";
import { appraise, meritsOf } from "../../../src/engine/learning/value.ts";

const worth = (prompt: string, response: string) => appraise({ prompt, response, feedback: null }, 1).value ?? 0;

const junk: readonly (readonly [prompt: string, response: string])[] = [
  ["Reply with exactly three words: AGENT_LOOP_OK", "AGENT_LOOP_OK"],
  ["Hello, are you there right now?", "Hello! How can I help you today?"],
  ["This is a test of the connection", "The connection works. Test received."],
  ["Say only the word banana please", "banana"],
  ["Please repeat after me: the sky is blue", "The sky is blue"],
  ["Can you help me with my project today?", "Of course! Could you please provide more details about it?"],
  ["test test test test test", "I received your test message."],
  ["thanks, that is all for today", "You're welcome! Let me know if you need anything else."],
  ["Tell me something about nothing at all", "word ".repeat(200)],
  ["Write the letter to our customers", "{{ response }}"],
  ["How do I list files by size here?", "<your answer here>"],
];
const work: readonly (readonly [prompt: string, response: string])[] = [
  ["How do I list files by size here?", "Type ls -S in the directory."],
  ["Why does the build fail with ERR_REQUIRE_ESM?", 'Because the package is ESM only; set "type" to module.'],
  ["How do I squash the last two commits?", "git reset --soft HEAD~2 && git commit"],
  [
    "Print the first 10 Fibonacci numbers in Python.",
    "```python\na, b = 0, 1\nfor _ in range(10):\n    print(a)\n    a, b = b, a + b\n```",
  ],
  ["Add a type to the exported function", "I added the return type Promise<void> to it in src/a.ts."],
  [
    "Explain why the cache must be cleared before the migration",
    "The migration changes the format of keys, so that old entries would be read by the new parser and fail. Clearing it first makes every reader go to the database, which has the new format.",
  ],
  ["How do I print a variable in a Jinja template?", "Write {{ user.name }} where it is to stand, in base.html."],
  ["How do I set the key for the service?", "Put it into the environment: export API_KEY=<your key>"],
  ["Write a test that checks the parser", "I wrote test/parser.test.ts; it feeds the parser every fixture."],
];

describe("the value of a lesson", () => {
  test("sets work apart from what only tries whether somebody answers", () => {
    const highestJunk = Math.max(...junk.map(([prompt, response]) => worth(prompt, response)));
    const lowestWork = Math.min(...work.map(([prompt, response]) => worth(prompt, response)));
    expect(lowestWork - highestJunk).toBeGreaterThan(0.03);
  });

  test.each(junk)("finds nothing to use again in: %s", (prompt, response) => {
    expect(meritsOf({ prompt, response }).reusability).toBe(0);
  });

  test("is not known before novelty is measured, and counts silence neither for nor against", () => {
    const lesson = { prompt: "How do I list files by size here?", response: "Type ls -S in the directory." };
    expect(appraise({ ...lesson, feedback: null }, null).value).toBeNull();
    const values = ([-1, 0, 1] as const).map((feedback) => appraise({ ...lesson, feedback }, 1).value ?? 0);
    expect(values).toEqual(values.toSorted((a, b) => a - b));
    expect(worth(lesson.prompt, lesson.response)).toBeGreaterThan(values[1] ?? 1);
  });
});
