import { describe, expect, test } from "vitest";
import { isFailedOutput } from "../../../src/engine/learning/formats/failed-output.ts";
import { typedBy } from "../../../src/engine/learning/formats/harness.ts";
import { type Draft, type Ending, refusalOfWords, unknownEnding } from "../../../src/engine/learning/lesson.ts";
import { rejects, undoes } from "../../../src/engine/learning/rejection.ts";
import { isFinished, refusal } from "../../../src/engine/learning/success.ts";

function draft(response: string, ending: Partial<Ending> = {}, more: Partial<Draft> = {}): Draft {
  return {
    patternId: "p",
    kind: "conversation",
    prompt: "How do I list the files of a directory by size?",
    response,
    backend: "some-model",
    iterations: 1,
    timestamp: "",
    successMetrics: {},
    feedback: null,
    ending: { ...unknownEnding, ...ending },
    ...more,
  };
}

describe("work that did not succeed is not taught", () => {
  test.each<[string, Partial<Ending>, string]>([
    ["API Error: 529 overloaded_error", {}, "provider_error"],
    ["Claude AI usage limit reached|1772380800", {}, "provider_error"],
    ["You've hit your limit · resets 3pm", {}, "provider_error"],
    ["Error: 429 Too Many Requests", {}, "provider_error"],
    ['{"error": {"message": "quota", "code": 429}}', {}, "provider_error"],
    ["No response requested.", {}, "no_response"],
    ["I'm sorry, but I can't help with that request.", {}, "refused_by_model"],
    ["As asked: type ls -S and look at the sizes.", { stop: "max_tokens" }, "cut_off"],
    ["As asked: type ls -S and look at the sizes.", { stop: "FinishReason.MAX_TOKENS" }, "cut_off"],
    ["As asked: type ls -S and look at the sizes.", { stop: "content_filter" }, "refused_by_model"],
    ["As asked: type ls -S and look at the sizes.", { stop: "tool_use" }, "turn_open"],
    ["As asked: type ls -S and look at the sizes.", { stop: "aborted" }, "interrupted"],
    ["As asked: type ls -S and look at the sizes.", { error: "usage_limit_exceeded" }, "provider_error"],
    ["As asked: type ls -S and look at the sizes.", { failing: true }, "command_failed"],
    ["As asked: type ls -S and look at the sizes.", { said: "partial" }, "not_successful"],
    ["As asked: type ls -S and look at the sizes.", { asked: false }, "machine_chatter"],
    ["As asked: type ls -S and look at the sizes.", { latencyMs: 3 }, "impossible_latency"],
    ["As asked: type ls -S and look at the sizes.", { latencyMs: Number.NaN }, "no_latency"],
    ["Here it is:\n\n```sh\nls -S", {}, "cut_off"],
    ['{"files": ["a", "b"', {}, "cut_off"],
    ["It goes on and on until the limit of tokens cuts it in the mid", { tokensOut: 4096 }, "cut_off"],
    ["I'll look at the directory first.", {}, "announced"],
  ])("%s %j", (response, ending, reason) => {
    expect(refusal(draft(response, ending))).toBe(reason);
  });

  test.each([
    "Type ls -S.",
    "I added the return type Promise<void> to it.",
    "The API answers with Error: 429 when you ask too often; wait and try again.",
    "Here it is:\n\n```sh\nls -S\n```",
    "````md\n```sh\nls\n```\n````",
    '{"files": ["a", "b"]}',
    "I can't see a problem in that code: the loop ends where it should.",
  ])("but an answer is: %s", (response) => {
    expect(refusal(draft(response))).toBeNull();
  });

  test("a provider's words for a whole answer are known from all others", () => {
    expect(["end_turn", "stop", "STOP", "stop_sequence", "completed"].map(isFinished)).toEqual(Array(5).fill(true));
    expect(["", "length", "maxTokens", "toolUse", "SAFETY"].map(isFinished)).toEqual(Array(5).fill(false));
  });

  test("a short answer counts where it names something", () => {
    const words = (response: string) => refusalOfWords({ prompt: "How do I list files by size here?", response });
    expect(["Use ls -S", "cd /etc"].map(words)).toEqual([null, null]);
    expect(["ok", "All good.", "Done!", "42"].map(words)).toEqual(Array(4).fill("response_too_short"));
  });
});

test.each([
  [{ is_error: true }, true],
  ["Exit code 1\nnpm ERR! missing script", true],
  ["Exit code: 2\nWall time: 0.1 s\nOutput:\n…", true],
  ['{"output":"…","metadata":{"exit_code":127,"duration_seconds":0.1}}', true],
  [{ output: '{\\"exit_code\\": 1}' }, true],
  ["Process exited with code 1", true],
  ["<exit_code>1</exit_code>", true],
  [{ type: "exec_command_end", exit_code: 1 }, true],
  [{ status: "failed" }, true],
  [{ result: { Err: "no such tool" } }, true],
  [{ content: [{ type: "text", text: "Command failed with exit code 3" }] }, true],
  [{ is_error: false, content: "Exit code: 0\nfine" }, false],
  ["2 tests passed", false],
  [{ output: "const code = 1;", metadata: { exit_code: 0 } }, false],
  ["export const statusCode = 500;", false],
  [{ status: "completed", success: true }, false],
])("what a tool gave back says whether it failed: %j", (value, failed) => {
  expect(isFailedOutput(value)).toBe(failed);
});

describe("a person's next message rejects the work", () => {
  test.each([
    "No, that is wrong. It breaks for every ISO date. Undo it.",
    "no, use the other function instead",
    "That's not what I asked for.",
    "this doesn't work at all",
    "It still fails with the same error",
    "Revert that please",
    "please undo your last change",
    "Wrong file!",
    "You broke the build",
    "Hm, that's wrong",
    "Nein, das ist falsch.",
    "Thanks, but this is wrong, please revert it.",
    "Nice try, but that doesn't work.",
    "git reset --hard please, that made it worse",
    "git checkout . and start over, please",
    "I don't like this, put it back how it was",
    "I hate what you did to the header.",
    "why did you do that? I said not to touch that file",
    "I told you not to change the tests!",
    "that answer is bullshit",
    "Your last suggestion was complete rubbish",
    "This is crap.",
    "Can you undo that? It broke the tests.",
    "You changed the wrong file, restore it",
    `log:\n${"a b c\n".repeat(900)}Please revert your change.`,
    `I ran it.\n${"log line\n".repeat(500)}So your answer was wrong, it does not work at all.`,
    `Here is what it prints:\n${"at frame (a.js:1:2)\n".repeat(100)}You broke it!`,
  ])("%s", (message) => expect(rejects(message)).toBe(true));

  test.each([
    "No problem, thanks!",
    "no, that's all for today",
    "How do I undo the last commit in git?",
    "Now add a test for it.",
    "Great, that works. Next: the parser.",
    "Not sure what that means, can you explain?",
    "Notice that the file is empty; why?",
    "Write a function that reverts a string",
    "thanks, that is all for today",
    "Thanks, but how do I sort it by name?",
    "Thanks! Add an undo button to the page.",
    "What is wrong with this answer of the server?",
    "What does git reset --hard do?",
    "Great job! Please put it back into the queue after 5 s",
    "It runs. Deploy it to the server; if the check fails, revert it.",
    "git revert or git reset, which is better?",
    "How do I revert a commit?",
    "Why did you choose a map here?",
    "Why did you do it in two steps?",
    "I don't like the library that we use; which others are there?",
    "It prints the wrong date. Find out why, please.",
    "Put the button back link at the bottom of the page.",
    `Read this log.\n${"log line\n".repeat(300)}What is wrong there?`,
    "The doctor said I was wrong, write him a letter.",
    "Your fix works. Now make the same change in b.ts.",
  ])("but not: %s", (message) => expect(rejects(message)).toBe(false));

  test.each([
    ["No, revert that.", true],
    ["Undo it, please. It broke all of the tests and the page is empty now.", true],
    ["No! Put it back the way it was.", true],
    ["Mach das rückgängig.", true],
    ["git reset --hard please, that made it worse", true],
    ["why did you do that? I said not to touch that file", true],
    ["No, use the other one.", false],
    ["No, that is wrong. Undo that and try again with recursion.", false],
    ["Revert that. Use a map instead.", false],
    ["Undo this, and then sort by name", false],
    ["Falsch. Mach das rückgängig und versuch es mit einer Schleife.", false],
  ])("and asks only to undo it, so that its answer is no better one: %s %s", (message, only) => {
    expect(undoes(message)).toBe(only);
  });
});

describe("what a person typed is taken out of what the harness put around it", () => {
  test.each([
    ["<system-reminder>\nUse CLAUDE.md\n</system-reminder>\n\nWhy does it fail?", "Why does it fail?", "person"],
    ["Why does it fail?\n<system-reminder>x</system-reminder>", "Why does it fail?", "person"],
    ["<system-reminder>only this</system-reminder>", "", "harness"],
    ["<task-notification>\n<status>completed</status>\n</task-notification>", "", "program"],
    ["Stop hook feedback: the tests fail", "", "program"],
    ["This session is being continued from a previous conversation that ran out of context.", "", "program"],
    [
      "# Context from my IDE setup:\n\n## Open tabs:\n- a.ts\n\n## My request for Codex:\nAdd a type",
      "Add a type",
      "person",
    ],
    ["<ide_opened_file>a.ts</ide_opened_file>Rename it", "Rename it", "person"],
    ["<command-name>/clear</command-name><command-args></command-args>", "", "harness"],
    ["Why is <div> not closed in <App>?", "Why is <div> not closed in <App>?", "person"],
    ["  an indented question\n", "  an indented question\n", "person"],
    ["<system-reminder>never closed: all of it is the harness's", "", "harness"],
  ])("%j", (text, typed, by) => expect(typedBy(text)).toEqual({ text: typed, by }));
});
