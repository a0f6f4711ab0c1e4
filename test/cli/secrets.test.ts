import { readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { planted } from "../engine/learning/planted.ts";
import { aistack, temporary } from "./running.ts";

function filesUnder(directory: string): string[] {
  return readdirSync(directory, { recursive: true, encoding: "utf8" })
    .map((name) => join(directory, name))
    .filter((file) => statSync(file).isFile());
}

test("no planted secret is in the store, the dataset or anything that is printed", () => {
  const home = temporary();
  const log = join(temporary(), "ralph-events.jsonl");
  const lines = planted.flatMap(({ text, kind }, index) => [
    {
      event: "task_completed",
      task_id: `${kind} ${text}`,
      status: "completed",
      task: {
        prompt: `How to use this in number ${index}: ${text}`,
        output: `Put it there: ${text} and go`,
        iteration: 1,
        backend: text,
      },
      total_iterations: 30,
      adaptive_limit_used: 20,
    },
    {
      event_type: "agent_step_complete",
      query: `Question ${index} about ${text}`,
      response: `It is ${text}, so use it`,
      latency_ms: 5,
      role: text,
    },
    { unknown: text },
  ]);
  writeFileSync(
    log,
    `${lines.map((line) => JSON.stringify(line)).join("\n")}\nbroken ${planted.map(({ text }) => text)}\n`,
  );
  const said = [
    ["learn", "--once", "--source", log],
    ["status"],
    ["dataset", "list", "--limit", "1000"],
    ["dataset", "export", "--format", "openai"],
    ["learn", "--rejected"],
    ["proposals"],
    ["doctor"],
    ["info"],
  ]
    .flatMap((args) => [args, [...args, "--json"]])
    .map((args) => aistack([...args, "--home", home]))
    .map(({ stdout, stderr }) => stdout + stderr)
    .join("\n");
  expect(said).toContain("lessons");
  const kept = filesUnder(home).map((file) => readFileSync(file).toString("latin1"));
  expect(kept.join("").length).toBeGreaterThan(10_000);
  for (const { kind, secret } of planted) {
    expect([kind, said.includes(secret)]).toEqual([kind, false]);
    expect([kind, kept.some((text) => text.includes(secret))]).toEqual([kind, false]);
  }
});

test.each([
  ["pause", ["pause", "password=Zq8vXk27Lmwp93TbYd"]],
  ["pause, in words of their own", ["pause", "the", "password", "is", "Zq8vXk27Lmwp93TbYd"]],
  ["breakers trip", ["breakers", "trip", "redis", "password=Zq8vXk27Lmwp93TbYd"]],
])("a secret in the reason of %s is neither kept nor shown", (_title, args) => {
  const home = temporary();
  const said = [args, ["status"], ["breakers"], ["resume"]].map((one) => aistack([...one, "--home", home]));
  for (const { stdout, stderr } of said) expect(stdout + stderr).not.toContain("Zq8");
  expect(said[0]?.status).toBe(0);
  aistack([...args, "--home", home]);
  for (const file of filesUnder(home)) expect(readFileSync(file, "latin1")).not.toContain("Zq8");
});
