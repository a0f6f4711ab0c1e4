import { describe, expect, test } from "vitest";
import { readFile } from "../reading.ts";
import { hands } from "./hands.ts";

const question = "How do I list the files of this directory by size?";
const answer = "Type ls -S in the directory: it sorts the files by their size.";
const next = "And how do I turn the order of that list around?";
const after = "Type ls -Sr: the r turns the order around.";

describe.each(hands)("$name", (hand) => {
  const start = hand.session("s1");
  const turn = [...hand.ask(question), ...hand.say(answer)];

  test("a question and its answer are a lesson, the last of the file too", () => {
    const { lessons } = readFile([...start, ...turn, ...hand.ask(next), ...hand.say(after)]);
    expect(lessons.map(({ prompt, response }) => [prompt, response])).toEqual([
      [question, answer],
      [next, after],
    ]);
    expect(JSON.stringify(lessons)).not.toContain("SECRET");
  });

  test("a lesson leads back to the bytes of its question and its answer", () => {
    const text = [...start, ...turn, ...hand.ask(next)].map((line) => `${JSON.stringify(line)}\n`).join("");
    const [lesson] = readFile(text).lessons;
    const { offset = 0, bytes = 0 } = lesson?.origin ?? {};
    const part = Buffer.from(text)
      .subarray(offset, offset + bytes)
      .toString();
    expect([part.includes(question), part.includes(answer), part.includes(next)]).toEqual([true, true, false]);
  });

  test("tools run between a question and its answer, and the words before them are not the answer", () => {
    const { lessons } = readFile([...start, ...hand.ask(question), ...hand.tool(false), ...hand.say(answer)]);
    expect(lessons.map(({ response }) => response)).toEqual([answer]);
    expect(lessons[0]?.successMetrics).toMatchObject({ tool_calls: 1, tool_failures: 0 });
  });

  test("work whose last tool failed is not taught, work that went on afterwards is", () => {
    const failed = readFile([...start, ...hand.ask(question), ...hand.tool(true), ...hand.say(answer)]);
    expect([failed.lessons.length, failed.reasons.includes("command_failed")]).toEqual([0, true]);
    const again = [...hand.ask(question), ...hand.tool(true), ...hand.tool(false), ...hand.say(answer)];
    expect(readFile([...start, ...again]).lessons).toHaveLength(1);
  });

  test.skipIf(hand.cut === null)("an answer that a limit cut is not taught", () => {
    const read = readFile([...start, ...hand.ask(question), ...(hand.cut?.(answer) ?? [])]);
    expect([read.lessons.length, read.reasons.includes("cut_off")]).toEqual([0, true]);
  });

  test.skipIf(hand.abort === null)("a turn that was stopped is not taught", () => {
    const lines = [...start, ...hand.ask(question), ...hand.tool(false), ...(hand.abort?.() ?? []), ...hand.ask(next)];
    const read = readFile([...lines, ...hand.say(after)]);
    expect(read.lessons.map(({ prompt }) => prompt)).toEqual([next]);
    expect(read.reasons).toContain("interrupted");
  });

  test.skipIf(hand.error === null)("an error in the place of an answer is not taught", () => {
    const read = readFile([...start, ...hand.ask(question), ...(hand.error?.() ?? [])]);
    expect([read.lessons.length, read.reasons.includes("provider_error")]).toEqual([0, true]);
  });

  test("an answer that the next message rejects is kept as a negative", () => {
    const read = readFile([...start, ...turn, ...hand.ask("No, that is wrong: it has to be du."), ...hand.say(after)]);
    expect([read.lessons.length, read.negatives]).toEqual([0, 1]);
    expect(read.reasons).toContain("answers_rejection");
  });

  test("two sessions in one file are two conversations", () => {
    const read = readFile([...start, ...turn, ...hand.session("s2"), ...hand.ask(next), ...hand.say(after)]);
    expect(read.lessons).toHaveLength(2);
  });

  test("each of its lines is known by it alone", () => {
    const lines = [...start, ...turn, ...hand.tool(true), ...(hand.abort?.() ?? []), ...(hand.error?.() ?? [])];
    const { dialects, reasons } = readFile(lines);
    const name = hand.name === "Droid" ? "Pi" : hand.name;
    expect([...new Set(dialects)]).toEqual([name]);
    // What a turn comes to later is counted under the same name.
    expect(readFile([...start, ...hand.ask(question)]).open).toEqual([name]);
    expect(reasons.filter((reason) => reason.startsWith("unknown") || reason.startsWith("malformed"))).toEqual([]);
  });

  test("a line with fields of the wrong type is counted, and nothing fails", () => {
    const wrong = [null, 7, true, "x", [], [[]], {}, [null], { parts: 3 }];
    for (const line of [...start, ...turn, ...hand.tool(true)]) {
      for (const name of Object.keys(line)) {
        for (const value of wrong) expect(readFile([{ ...line, [name]: value }]).lessons).toEqual([]);
      }
    }
  });
});

test("a Gemini session of one object in one line is read message by message", () => {
  const message = (type: string, content: string, index: number) => ({ id: `m${index}`, timestamp: "", type, content });
  const messages = [
    message("user", question, 0),
    message("gemini", answer, 1),
    message("user", next, 2),
    message("gemini", after, 3),
  ];
  const { lessons } = readFile([{ sessionId: "s", projectHash: "p", messages }]);
  expect(lessons.map(({ prompt, response }) => [prompt, response])).toEqual([
    [question, answer],
    [next, after],
  ]);
});

test("what a person went back from is not taught", () => {
  const gemini = [
    { id: "a", type: "user", content: question },
    { id: "b", type: "gemini", content: answer },
    { $rewindTo: "a" },
  ];
  const line = (type: string, data: object) => ({ type, data, id: "e", timestamp: "", parentId: null });
  const copilot = [
    line("user.message", { content: question }),
    line("assistant.message", { content: answer }),
    line("session.snapshot_rewind", { upToEventId: "e" }),
  ];
  expect([readFile(gemini).lessons, readFile(copilot).lessons]).toEqual([[], []]);
});

test("what agents say to one another, and what wakes an agent by itself, is not a person's question", () => {
  const line = (type: string, data: object, more: object = {}) => ({ type, data, id: "e", timestamp: "", ...more });
  const sub = readFile([
    line("user.message", { content: question }),
    line("assistant.message", { content: "It looks for it.", parentToolCallId: "c", toolRequests: [] }),
    line("assistant.message", { content: "It looks on.", toolRequests: [] }, { agentId: "a" }),
    line("user.message", { content: "SKILL", source: "skill-pdf" }),
    line("user.message", { content: "GO ON", isAutopilotContinuation: true }),
    line("assistant.message", { content: answer, toolRequests: [] }),
  ]);
  expect(sub.lessons.map(({ prompt, response }) => [prompt, response])).toEqual([[question, answer]]);
  const woken = readFile([
    line("user.message", { content: "The job is done.", source: "system", delivery: "idle" }),
    line("assistant.message", { content: answer, toolRequests: [] }),
  ]);
  expect([woken.lessons.length, woken.reasons.includes("machine_chatter")]).toEqual([0, true]);
});

test("what OpenClaw puts around a message from a chat is not what the person typed", () => {
  const around = 'Conversation info (untrusted metadata):\n```json\n{"sender": "SECRET"}\n```\n\n';
  const line = (role: string, text: string) => ({
    type: "message",
    id: "a",
    message: { role, content: [{ type: "text", text }], stopReason: "stop" },
  });
  for (const typed of [around + question, `[Sun 2026-03-01 10:00 UTC] ${question}`, `${question}\n[message_id: 7]`]) {
    const { lessons } = readFile([line("user", typed), line("assistant", `[[reply_to_current]] ${answer}`)]);
    expect(lessons.map(({ prompt, response }) => [prompt, response])).toEqual([[question, answer]]);
  }
});
