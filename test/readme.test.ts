import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { actions } from "../src/services/actions.ts";

const root = fileURLToPath(new URL("..", import.meta.url));

test("the manual's tables say what the program does", () => {
  const { status, stderr } = spawnSync(process.execPath, ["scripts/docs.mjs", "--check"], {
    cwd: root,
    encoding: "utf8",
  });
  expect([status, stderr]).toEqual([0, ""]);
});

test("every action has a sentence, a help text and a place in the manual", () => {
  const manual = readFileSync(`${root}/README.md`, "utf8");
  for (const { name, sentence, args } of actions) {
    const help = spawnSync(process.execPath, ["dist/aistack.js", ...name.split(" "), "--help"], {
      cwd: root,
      encoding: "utf8",
    });
    expect(help.status).toBe(0);
    for (const arg of args) expect([name, help.stdout.includes(arg.sentence)]).toEqual([name, true]);
    expect(help.stdout).toContain(sentence);
    expect(manual).toContain(`\`aistack ${name}`);
  }
});
