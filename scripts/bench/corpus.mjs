import { closeSync, openSync, readFileSync, writeSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const fixtures = fileURLToPath(new URL("../../fixtures/", import.meta.url));
const read = (file) =>
  readFileSync(join(fixtures, file), "utf8")
    .split("\n")
    .filter((line) => line.trim().startsWith("{"));

// A small generator with a fixed seed (mulberry32): every run measures the same bytes.
function random(seed) {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}

/** Shares of lines as the recorded samples have them, and a tenth of other producers' shapes; each with a file. */
const shapes = [
  { name: "query gaps", file: "query-gaps.jsonl", weight: 127, from: ["telemetry/query-gaps.jsonl"] },
  { name: "routing decisions", file: "routing.jsonl", weight: 81, from: ["telemetry/routing-decisions.jsonl"] },
  { name: "hybrid events", file: "hybrid-events.jsonl", weight: 53, from: ["telemetry/hybrid-events.jsonl"] },
  {
    name: "transcripts",
    file: "session.jsonl",
    weight: 42,
    from: ["representative_messages", "session_b", "todowrite_examples", "edge_cases"].map(
      (name) => `transcripts/claude-code-${name}.jsonl`,
    ),
  },
  { name: "finished tasks", file: "ralph-events.jsonl", weight: 15, from: [] },
  { name: "editor events", file: "vscode-events.jsonl", weight: 15, from: [] },
];

function task(id, words) {
  return {
    event: "task_completed",
    task_id: `t${id}`,
    status: id % 5 === 0 ? "failed" : "completed",
    total_iterations: 1 + (id % 4),
    iteration_mode: "adaptive",
    adaptive_limit_used: 20,
    task: {
      task_id: `t${id}`,
      prompt: `How to configure ${words(18)}`,
      output: words(90),
      iteration: 1 + (id % 4),
      backend: "aider",
    },
    timestamp: new Date(1.78e12 + id * 1000).toISOString(),
  };
}

function editor(id, words) {
  return {
    event_type: "completion",
    extension: "continue",
    timestamp: new Date(1.78e12 + id * 1000).toISOString(),
    model_used: "qwen2.5-coder-7b",
    is_local: true,
    tokens_used: 100 + (id % 400),
    latency_ms: 50 + (id % 900),
    success: true,
    metadata: { language: words(1) },
  };
}

function pick(at) {
  let passed = 0;
  for (const shape of shapes) {
    passed += shape.weight;
    if (at < passed) return shape;
  }
  return shapes[0];
}

/** Writes about so many bytes of telemetry into a directory; one lesson in five repeats an earlier one. */
export function writeCorpus(directory, bytes) {
  const next = random(20260109);
  const samples = new Map(shapes.map(({ name, from }) => [name, from.flatMap(read)]));
  const vocabulary = [
    ...new Set(
      [...samples.values()]
        .flat()
        .join(" ")
        .match(/[A-Za-z]{3,}/g),
    ),
  ];
  const words = (count) => {
    let text = "";
    for (let index = 0; index < count; index++) text += `${vocabulary[Math.floor(next() * vocabulary.length)]} `;
    return text.trim();
  };
  const text = (length) => {
    let made = "";
    while (made.length < length) made += `${vocabulary[Math.floor(next() * vocabulary.length)]} `;
    return made.trim();
  };
  const total = shapes.reduce((sum, { weight }) => sum + weight, 0);
  const files = [];
  const counts = {};
  let lines = 0;
  const outs = new Map();
  for (const { name, file } of shapes) {
    files.push(join(directory, file));
    outs.set(name, { fd: openSync(join(directory, file), "w"), text: "" });
    counts[name] = 0;
  }
  const put = (name, line) => {
    const out = outs.get(name);
    out.text += `${line}\n`;
    counts[name]++;
    lines++;
    if (out.text.length > 1 << 20) {
      writeSync(out.fd, out.text);
      out.text = "";
    }
    return line.length + 1;
  };
  let written = 0;
  for (let id = 0; written < bytes; id++) {
    const shape = pick(next() * total);
    const recorded = samples.get(shape.name);
    // Some work is done again word for word, as people do.
    const wordsOf = next() < 0.2 ? id % 500 : id;
    if (shape.name === "finished tasks") written += put(shape.name, JSON.stringify(task(wordsOf, words)));
    else if (shape.name === "editor events") written += put(shape.name, JSON.stringify(editor(id, words)));
    else {
      const line = recorded[counts[shape.name] % recorded.length];
      written += put(shape.name, next() < 0.2 ? line : vary(line, text, id));
    }
  }
  for (const { fd, text } of outs.values()) {
    writeSync(fd, text);
    closeSync(fd);
  }
  return { files, lines, shapes: counts };
}

// The same line with other words of the same length in its texts: each is a piece of work of its own.
function vary(line, words, id) {
  return line
    .replace(/"(query|response|text)":\s*"((?:[^"\\]|\\.)*)"/g, (_, name, text) => `"${name}": "${words(text.length)}"`)
    .replace(/"uuid":\s*"/, (match) => `${match}${id}-`);
}
