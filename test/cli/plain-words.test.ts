import fc from "fast-check";
import { expect, test } from "vitest";
import { runPlainWords } from "../../src/cli/plain-words.ts";
import { openProgram } from "../../src/cli/program.ts";
import { tuiCommand } from "../../src/cli/tui-command.ts";
import type { Action, Given } from "../../src/services/action.ts";
import { actions } from "../../src/services/actions.ts";

const all = [...actions, tuiCommand];
const flags = [...new Set(all.flatMap(({ args }) => args.map(({ name }) => `--${name}`)))];
const values = [
  "5",
  "0.5",
  "-1",
  "",
  "dark",
  "a b",
  "x=y",
  "true",
  "false",
  "overview",
  "1e3",
  "0x10",
  "--",
  "-h",
  "ü",
];

interface Understood {
  readonly action: string;
  readonly given: readonly unknown[];
}

function understood(action: Action, given: Given): Understood {
  const names = ["home", "set", "json", ...action.args.map(({ name }) => name)];
  return {
    action: action.name,
    given: names.map((name) => {
      const type = action.args.find((arg) => arg.name === name)?.type;
      return [
        name,
        given.text(name),
        given.flag(name),
        given.list(name),
        type === "number" ? given.number(name) : null,
      ];
    }),
  };
}

async function heard(words: readonly string[], how: "plain" | "whole"): Promise<Understood | null> {
  let found: Understood | null = null;
  const run = async (action: Action, given: Given) => {
    found = understood(action, given);
  };
  if (how === "plain") await runPlainWords(all, words, run);
  else
    await openProgram(all, run)
      .parseAsync([...words], {}, () => undefined)
      .catch(() => undefined);
  return found;
}

test("words that are understood without the whole command line mean what they mean to it", async () => {
  let plain = 0;
  const word = fc.oneof(
    fc.constantFrom(...flags, "--home", "--set", "--json", "--help", "--no-wait"),
    fc.constantFrom(...values),
  );
  await fc.assert(
    fc.asyncProperty(fc.constantFrom(...all), fc.array(word, { maxLength: 4 }), async ({ name }, more) => {
      const words = [...name.split(" "), ...more];
      const quick = await heard(words, "plain");
      if (quick === null) return;
      plain++;
      expect(quick).toEqual(await heard(words, "whole"));
    }),
    { numRuns: 1500 },
  );
  expect(plain).toBeGreaterThan(50);
});

test.each([
  [["tui"], "tui"],
  [["tui", "--demo", "--speed", "5", "--theme", "mono"], "tui"],
  [["tui", "--home", "/somewhere", "--set", "a=b", "--set", "c=d"], "tui"],
  [["status", "--json"], "status"],
  [["dataset", "stats"], "dataset stats"],
  [["tui", "--theme", "purple"], null],
  [["tui", "--sped", "5"], null],
  [["tui", "--speed", "fast"], null],
  [["tui", "--help"], null],
  [["up", "web"], null],
  [["nonsense"], null],
])("%j is plain: %s", async (words, action) => {
  expect((await heard(words, "plain"))?.action ?? null).toBe(action);
});
