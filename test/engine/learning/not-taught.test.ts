import { describe, expect, test } from "vitest";
import { reasonSentence } from "../../../src/engine/learning/formats/reasons.ts";
import { withoutThoughts } from "../../../src/engine/learning/thoughts.ts";
import { readFile } from "./reading.ts";

const question = "How do I parse a TOML file in Python?";
const good = "Use tomllib from the standard library: open the file in binary mode and call tomllib.load(f).";

const chat = (answer: string, more: object = {}, said: object = {}) => ({
  messages: [
    { role: "user", content: question },
    { role: "assistant", content: answer, ...said },
  ],
  ...more,
});

describe("what a model thought is no part of its answer", () => {
  test.each([
    `The user asks about TOML, SECRET.</think>\n${good}`,
    `SECRET, and the tag \`</think>\` ends it.\n</think>\n\n${good}`,
    `<think>SECRET</think>\n\n${good}`,
    `[THINK]SECRET[/THINK]${good}`,
    `<seed:think>SECRET</seed:think>${good}`,
    `<|channel|>analysis<|message|>SECRET<|end|><|start|>assistant<|channel|>final<|message|>${good}`,
    `<|start|>assistant<|channel|>commentary<|message|>SECRET<|end|><|start|>assistant<|channel|>final <|constrain|>json<|message|>${good}<|return|>`,
    `analysisThe user asks, SECRET.assistantfinal${good}`,
  ])("%s", (answer) => {
    expect(withoutThoughts(answer)).toBe(good);
    expect(readFile([chat(answer)]).lessons.map(({ response }) => response)).toEqual([good]);
  });

  test.each([
    "<think>The user asks about TOML, SECRET, and never an end of it",
    "<think> Okay, the user asks about TOML",
    "<thinking>\nSECRET",
    "<|channel|>analysis<|message|>SECRET, and never an end of it",
  ])("nothing but thoughts is an answer that was cut: %s", (answer) => {
    expect(readFile([chat(answer)])).toMatchObject({ lessons: [], reasons: ["cut_off"] });
  });

  test.each([
    "The tag `</think>` closes what the model thought; take all before it away.",
    "Look for </think> in the text and cut there, as the server does not do it.",
    "```xml\n</think>\n```\nThat is the line that ends it.",
    "<think> is the tag that opens a thought, and </think> the one that closes it.",
    "Analysis of the log: the disk is full, so that nothing can be written.",
  ])("an answer about such tags stays whole: %s", (answer) => {
    expect(withoutThoughts(answer)).toBe(answer);
  });
});

const judged = (answer: string, prompt = question) =>
  readFile([
    {
      ...chat(answer),
      messages: [
        { role: "user", content: prompt },
        { role: "assistant", content: answer },
      ],
    },
  ]);

describe("an error in the place of an answer is not taught", () => {
  test.each([
    "Execution error",
    "Unable to connect to API (ECONNRESET)",
    "Failed to connect to the Ollama server at 127.0.0.1",
    "There's an issue with the selected model (claude-foo). It may not exist or you may not have access to it.",
    "Your account does not have access to Claude Code. Please contact your administrator.",
    "Your organization has been disabled.",
    "The model is currently overloaded. Please try again later.",
    "That model is currently overloaded with other requests.",
    "The model `gpt-9` does not exist or you do not have access to it.",
    "We're currently experiencing high demand. Please try again later.",
    "Context length exceeded: maximum context length is 128000 tokens",
    "Conversation too long. Press esc twice to go up a few messages and try again.",
    "Input is too long for requested model.",
    "An unexpected error occurred. Please try again later.",
    "An error has occurred.",
    "Something went wrong. If this issue persists please contact us through our help center at help.openai.com.",
    "Sorry, there was an error processing your request.",
    "I'm sorry, but I encountered an error while processing your request.",
    "Agent stopped due to max iterations.",
    "Quota exceeded for this project and minute.",
    "Network error. Check the connection.",
    "Max retries exceeded with url: /v1/chat",
    "Claude is currently experiencing high load.",
    "Error in message stream",
    "Hmm...something seems to have gone wrong.",
    "The model produced invalid content. Consider modifying your prompt.",
    "No API key found. Please run /login",
    "Your credit balance is too low to access the API.",
  ])("%s", (answer) =>
    expect(judged(answer)).toMatchObject({ lessons: [], reasons: expect.arrayContaining(["provider_error"]) }),
  );

  test.each([
    [
      "What is this?",
      "Context length exceeded means that the prompt and its answer together are longer than the model's window.",
    ],
    [
      "Our page shows 'Something went wrong'; where is that from?",
      "Something went wrong. is the text of the error boundary in App.tsx; the page throws before it renders.",
    ],
    [
      "Why does my client say unable to connect?",
      "Unable to connect to the server happens where the port is closed; open 8080 in the firewall.",
    ],
    [
      "How are errors shown in this app here?",
      "An unexpected error occurred because the handler returns null; return an empty list to fix it.",
    ],
    [
      "What does the linter complain about here?",
      "There's an issue with the type of the second argument: it must be a number.",
    ],
    [
      "How do I handle overload of the model?",
      "The server answers 529 when it is overloaded; wait a second and ask again.",
    ],
    [
      "Why is nothing drawn on the page here?",
      "Server errors are swallowed in fetchAll: log them, and you see that the token is missing.",
    ],
  ])("but an answer about an error is: %s %s", (prompt, answer) =>
    expect(judged(answer, prompt.padEnd(30, "."))).toMatchObject({ lessons: [{ response: answer }] }),
  );
});

describe("an answer that says that the work failed is not taught", () => {
  test.each([
    "I was unable to fix the bug; the tests still fail with the same error.",
    "I tried three approaches but none of them worked. The build is still broken.",
    "Sorry, I could not complete the task because the file does not exist.",
    "The tests are still failing: 3 failed, 12 passed.",
    "3 tests are still failing.",
    "I couldn't find the file you mention, so I did nothing.",
    "Unfortunately, I wasn't able to get the build to work.",
    "I changed the loader in config.ts as you asked. The tests still fail.",
    "The migration could not be completed.",
    "I did not finish the refactoring.",
    "None of my attempts worked.",
    "I give up. The linker needs a library that is not there.",
    "The bug is still not fixed.",
    "I have not been able to reach the server.",
    "I'm unable to get the tests to pass.",
    "Despite my efforts, the tests still fail.",
    "The fix didn't work; the error persists.",
    "Nothing was changed, since the directory is empty.",
  ])("%s", (answer) =>
    expect(judged(answer)).toMatchObject({ lessons: [], reasons: expect.arrayContaining(["says_failed"]) }),
  );

  test.each([
    ["Is there any use of this function?", "I couldn't find any use of it in the code, so it is safe to delete it."],
    [
      "Why do the tests still fail after the change?",
      "The tests still fail because the mock returns null; return an empty list.",
    ],
    [
      "Make the tests of the parser pass, please.",
      "I could not run the old runner, so I used vitest instead; all tests pass.",
    ],
    [
      "What happens if the file is not there?",
      "It is not an error: load() gives an empty list, and nothing was changed on the disk.",
    ],
    [
      "Make the build work on this machine.",
      "I fixed the path. The build passes; before, the tests were still failing on Windows.",
    ],
    [
      "Why is this query so slow on the server?",
      "The index is still not used, since the column is cast; compare with the raw value.",
    ],
    ["Fix the type error in the parser now.", "I fixed the failing test: the parser did not skip the comma."],
  ])("but %s %s", (prompt, answer) =>
    expect(judged(answer, prompt)).toMatchObject({ lessons: [{ response: answer }] }),
  );
});

describe("an answer that only announces the work is not taught, whatever its stop reason", () => {
  test.each([
    "Let me look at the file first.",
    "I'll start by reading the code, then I'll make the changes.",
    "Now I will run the tests.",
    "Let me check how the config is loaded:",
    "I'm going to search the codebase for usages of this function.",
    "Sure! I'll take a look at the logs.",
    "Great. Now let me update the tests.",
    "First, I need to understand the structure. Then I'll fix the parser.",
    "Ich schaue mir zuerst die Datei an.",
    "One moment, I'm checking the file.",
    "Looking at the code now.",
  ])("%s", (answer) =>
    expect(readFile([chat(answer, {}, { stop_reason: "end_turn" })])).toMatchObject({
      lessons: [],
      reasons: ["announced"],
    }),
  );

  test.each([
    "I will explain it: the loop ends where it should.",
    "Let's use recursion: f(n) is n times f(n - 1).",
    "I'll use tabs from now on, as the rest of the file does.",
    "Let me check: 17 times 23 is 391.",
    "Let me look at it. The loop starts at 1, so that the first entry is left out.",
    "I'll add that the second form is faster on large inputs, as it does not copy.",
    "I'm going to be honest, that code is fine as it is.",
    "I fixed it. Let me know if anything else is wrong.",
  ])("but %s", (answer) =>
    expect(readFile([chat(answer, {}, { stop_reason: "end_turn" })])).toMatchObject({
      lessons: [{ response: answer }],
    }),
  );
});

test("the sentence of a model's refusal is not the one of a sink's", () => {
  expect(reasonSentence("refused_by_model")).toBe("The model refused to answer.");
  expect(reasonSentence("refused_by_qdrant")).toBe("The sink qdrant refused the lesson for good.");
});

const claude = (type: string, content: string, more: object = {}) => ({
  type,
  uuid: `${type}-1`,
  sessionId: "s",
  timestamp: "2026-01-01T00:00:00Z",
  message: { role: type, model: "m", content: [{ type: "text", text: content }], ...more },
});
const endless = "Open the file in binary mode, and then call the load";

describe("an answer that was cut is not taught", () => {
  test.each<[string, readonly object[]]>([
    ["Ollama generate", [{ model: "m", prompt: question, response: good, done: true, done_reason: "length" }]],
    [
      "Ollama chat",
      [
        {
          messages: [{ role: "user", content: question }],
          response: { model: "m", message: { role: "assistant", content: good }, done: true, done_reason: "length" },
        },
      ],
    ],
    ["llama.cpp", [{ prompt: question, response: { content: good, stop_type: "limit" } }]],
    [
      "a round number of tokens and no stop reason",
      [claude("user", question), claude("assistant", endless, { stop_reason: null, usage: { output_tokens: 4096 } })],
    ],
  ])("%s", (_name, lines) =>
    expect(readFile(lines)).toMatchObject({ lessons: [], reasons: expect.arrayContaining(["cut_off"]) }),
  );

  test.each<[string, object]>([
    ["another number of tokens", { stop_reason: null, usage: { output_tokens: 4097 } }],
    ["a model that says that it ended", { stop_reason: "end_turn", usage: { output_tokens: 4096 } }],
  ])("but with %s it is", (_name, more) =>
    expect(readFile([claude("user", question), claude("assistant", endless, more)]).lessons).toHaveLength(1),
  );
});

describe("what the producer or a person says against an answer is heard", () => {
  const task = (more: object, within: object = {}) => ({
    event_type: "task_completed",
    status: "completed",
    ...more,
    task: { prompt: question, output: good, ...within },
  });
  const editor = (more: object, within: object = {}) => ({
    event_type: "completion",
    ...more,
    metadata: { prompt: question, response: good, ...within },
  });
  const asked = (more: object) => ({
    event_type: "local_inference",
    query: question,
    response: good,
    latency_ms: 900,
    ...more,
  });

  test.each<[object, string]>([
    [task({ exit_code: 1 }), "not_successful"],
    [task({}, { exit_code: 2 }), "not_successful"],
    [task({ error: "it crashed" }), "provider_error"],
    [task({}, { error: "it crashed" }), "provider_error"],
    [task({ success: false }), "not_successful"],
    [editor({ accepted: false }), "rejected_by_user"],
    [editor({}, { accepted: false }), "rejected_by_user"],
    [editor({}, { success: false }), "not_successful"],
    [asked({ exit_code: 1 }), "not_successful"],
    [asked({ metadata: { success: false } }), "not_successful"],
    [asked({ feedback: "thumbs_down" }), "rejected_by_user"],
    [chat(good, {}, { refusal: "I cannot help with that." }), "refused_by_model"],
    [chat(good, {}, { weight: 0 }), "rejected_by_user"],
    [chat(good, { rating: -1 }), "rejected_by_user"],
    [chat(good, { feedback: "thumbs_down" }), "rejected_by_user"],
    [chat(good, { feedback: { rating: "negative" } }), "rejected_by_user"],
    [chat(good, { metadata: { success: false } }), "not_successful"],
  ])("%j", (line, reason) => {
    const read = readFile([line]);
    expect([read.lessons, read.reasons]).toEqual([[], [reason]]);
    expect(read.negatives).toBe(reason === "rejected_by_user" ? 1 : 0);
  });

  test.each<[object]>([
    [task({ exit_code: 0, error: null, success: true })],
    [task({ error: "none" })],
    [editor({ accepted: true, success: true })],
    [asked({ error: "" })],
    [chat(good, { rating: 1, refusal: null }, { weight: 1, refusal: null })],
    [chat(good, { feedback: "thumbs_up" })],
    [chat(good, { label: "bad" })],
  ])("but nothing is said against %j", (line) => expect(readFile([line]).lessons).toHaveLength(1));
});

describe("a time that no model can have", () => {
  const span = (start: string, end: string) => ({
    resourceSpans: [
      {
        scopeSpans: [
          {
            spans: [
              {
                traceId: "5b8efff798038103d269b633813fc60c",
                spanId: "eee19b7ec3c1b174",
                startTimeUnixNano: start,
                endTimeUnixNano: end,
                attributes: [
                  { key: "gen_ai.operation.name", value: { stringValue: "chat" } },
                  { key: "gen_ai.prompt.0.role", value: { stringValue: "user" } },
                  { key: "gen_ai.prompt.0.content", value: { stringValue: question } },
                  { key: "gen_ai.completion.0.role", value: { stringValue: "assistant" } },
                  { key: "gen_ai.completion.0.content", value: { stringValue: good } },
                ],
              },
            ],
          },
        ],
      },
    ],
  });
  const start = "1795970092000000000";
  test.each<[string, object, readonly string[]]>([
    ["a span of a microsecond", span(start, "1795970092000001000"), ["impossible_latency"]],
    ["a span that ends before it begins", span(start, "1795970087000000000"), ["impossible_latency"]],
    [
      "a thousandth of a millisecond",
      { event_type: "local_inference", query: question, response: good, latency_ms: 0.001 },
      ["impossible_latency"],
    ],
    ["but a span of a second", span(start, "1795970093000000000"), []],
    ["but a span that was never timed", span(start, start), []],
    ["but a span without an end", span(start, "0"), []],
  ])("%s", (_name, line, expected) => {
    const { lessons, reasons } = readFile([line]);
    expect([reasons, lessons.length]).toEqual([expected, expected.length === 0 ? 1 : 0]);
  });
});

describe("what Codex writes about a turn that is not to be taught", () => {
  const line = (type: string, payload: object) => ({ timestamp: "2026-01-01T00:00:00Z", type, payload });
  const meta = (source: unknown = "cli") => line("session_meta", { id: "s", source });
  const said = (role: string, text: string, more: object = {}) =>
    line("response_item", {
      type: "message",
      role,
      content: [{ type: role === "user" ? "input_text" : "output_text", text }],
      ...more,
    });
  const done = line("event_msg", { type: "task_complete", turn_id: "1", last_agent_message: good });

  test.each<[string, readonly object[], string | null]>([
    [
      "a command that the user did not allow",
      [
        said("user", question),
        line("response_item", { type: "function_call_output", call_id: "c", output: "exec command rejected by user" }),
        said("assistant", "I removed the file as you asked."),
      ],
      "command_failed",
    ],
    [
      "an undo",
      [
        said("user", question),
        said("assistant", good),
        done,
        line("event_msg", { type: "undo_completed", success: true }),
      ],
      "rejected_by_user",
    ],
    [
      "a stop that only a mark tells",
      [
        said("user", question),
        said("assistant", good),
        said("user", "<turn_aborted>\nThe user interrupted it.\n</turn_aborted>"),
      ],
      "interrupted",
    ],
    ["an answer that was cut", [said("user", question), said("assistant", good, { status: "incomplete" })], "cut_off"],
    ["a comment on the work", [said("user", question), said("assistant", good, { phase: "commentary" })], null],
    [
      "an agent that an agent started",
      [meta({ subagent: { thread_spawn: { depth: 1 } } }), said("user", question), said("assistant", good), done],
      "sidechain",
    ],
    [
      "a forked agent that repeats the first line of its parent",
      [meta({ subagent: "review" }), meta(), said("user", question), said("assistant", good)],
      "sidechain",
    ],
    [
      "a summary that stands for the talk before",
      [
        said("user", "Another language model started to solve this problem and produced a summary of it."),
        said("assistant", good),
      ],
      "no_question",
    ],
  ])("%s", (_name, lines, reason) => {
    const read = readFile(lines);
    expect(read.lessons).toEqual([]);
    if (reason !== null) expect(read.reasons).toContain(reason);
    expect(read.negatives).toBe(reason === "rejected_by_user" ? 1 : 0);
  });

  test("but a session of a person is, also behind one of an agent", () => {
    const turn = [
      said("user", question),
      said("assistant", good, { phase: "final_answer", status: "completed" }),
      done,
    ];
    expect(readFile([meta(), ...turn]).lessons).toHaveLength(1);
    expect(readFile([meta({ subagent: "review" }), ...turn, meta(), ...turn]).lessons).toHaveLength(1);
    const failedUndo = line("event_msg", { type: "undo_completed", success: false });
    expect(readFile([meta(), ...turn, failedUndo]).lessons).toHaveLength(1);
  });
});

describe("what a program asks of a model is no person's question", () => {
  test.each([
    "Generate a concise, 3-5 word title with an emoji summarizing the chat history.",
    "### Task:\nGenerate a concise, 3-5 word title with an emoji summarizing the chat history.\n### Guidelines:\n- short",
    "### Task:\nGenerate 1-3 broad tags categorizing the main themes of the chat history, along with 1-3 more specific subtopic tags.",
    "### Task:\nSuggest 3-5 relevant follow-up questions or prompts that the user might naturally ask next in this conversation as a **user**",
    "Please write a 5-10 word title for the following conversation: parse TOML",
    "Provide a concise, 5-word-or-less title for the conversation, using title case conventions.",
    "Please generate a four to five word title summarizing our conversation without any lead-in",
    "Based on the chat history, give this conversation a name.",
    "Summarize the discussion briefly in 200 words or less to use as a prompt for future context.",
    "Generate a title for this conversation:",
    "<state_snapshot><overall_goal>parse TOML</overall_goal></state_snapshot>",
  ])("%s", (prompt) => expect(judged(good, prompt)).toMatchObject({ lessons: [], reasons: ["machine_chatter"] }));

  test.each([
    "Write a function that generates a title for a conversation.",
    "Create a title for the chat window in the header component.",
    "Summarize the conversation rules in the README for new people.",
    "Add tags to the chat messages table, please.",
    "Suggest a name for this variable in the loop, please.",
    "Give me a summary of what the session module does.",
    "How do I generate a title for a chat in my app?",
    "Write a summary of the discussion in the issue about the parser.",
  ])("but a person's is: %s", (prompt) => expect(judged(good, prompt)).toMatchObject({ lessons: [{ prompt }] }));

  test("files that a message names are not its words, and a skill is no question", () => {
    const prompt = "explain @x.py to me in detail please";
    const files = `${prompt}\n\n--- Content from referenced files ---\n\nContent from @x.py:\n\nSECRET = 1\n\n--- End of content ---`;
    expect(judged(good, files)).toMatchObject({ lessons: [{ prompt }] });
    const skill = "Base directory for this skill: /home/x/.claude/skills/y\n\n# Skill y\nDo this always.";
    expect(readFile([claude("user", skill), claude("assistant", good)])).toMatchObject({ lessons: [] });
    expect(readFile([claude("user", question), claude("user", skill), claude("assistant", good)])).toMatchObject({
      lessons: [{ prompt: question }],
    });
  });
});
