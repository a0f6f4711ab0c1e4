import { describe, expect, test } from "vitest";
import type { Runner } from "../../src/cli/commands.ts";
import { givenIn, type Parsed } from "../../src/cli/given.ts";
import { readPlainLine } from "../../src/cli/plain-line.ts";
import { openProgram } from "../../src/cli/program.ts";
import { tuiCommand } from "../../src/cli/tui-command.ts";
import type { Action, Given } from "../../src/services/action.ts";
import { actions } from "../../src/services/actions.ts";

const all: readonly Action[] = [...actions, tuiCommand];

/** What an action is told, whoever understood the command line. */
function told(action: Action, given: Given, parsed: Parsed) {
  const args = action.args.map(({ name }) => [name, given.text(name), given.flag(name), given.list(name)]);
  const flags = [given.flag("json"), given.flag("--"), given.list("--")];
  return { action: action.name, args, flags, home: parsed.home, set: parsed.set, json: parsed.json };
}

function plainly(argv: readonly string[]) {
  const plain = readPlainLine(argv, all);
  return plain === null ? null : told(plain.action, givenIn(plain.parsed), plain.parsed);
}

async function byYargs(argv: readonly string[]) {
  let seen: ReturnType<typeof told> | null = null;
  const run: Runner = async (action, given, parsed) => {
    seen = told(action, given, parsed);
  };
  await openProgram(all, run).parseAsync([...argv]);
  return seen;
}

const flags = [
  [],
  ["--json"],
  ["--home", "/tmp/a b"],
  ["--home", "./é=x", "--json"],
  ["--set", "learning.pollMs=300"],
  ["--json", "--set", "tui.theme=mono", "--home", "~/x", "--set", 'tui.keys=["x=quit"]'],
];

describe("a command line without arguments of the command's own means what yargs says it means", () => {
  test.each(all.map((action) => [action.name, action] as const))("%s", async (name, { args }) => {
    const words = name.split(" ");
    const isPlain = args.every(({ positional, required }) => positional !== true && required !== true);
    for (const given of flags) {
      for (const argv of [
        [...words, ...given],
        [...given, ...words],
      ]) {
        const plain = plainly(argv);
        if (isPlain) expect(plain, argv.join(" ")).toEqual(await byYargs(argv));
        else expect(plain, argv.join(" ")).toBeNull();
      }
    }
  });
});

test.each([
  ["nothing", []],
  ["help", ["status", "--help"]],
  ["the version", ["--version"]],
  ["a command that is none", ["stats"]],
  ["a word too many", ["status", "now"]],
  ["a flag of the command's own", ["learn", "--once"]],
  ["a flag that is none", ["status", "--jsn"]],
  ["the same flag twice", ["status", "--json", "--json"]],
  ["two homes", ["status", "--home", "a", "--home", "b"]],
  ["a flag without its value", ["status", "--home"]],
  ["a flag in place of a value", ["status", "--home", "--json"]],
  ["a value that is empty", ["status", "--home", ""]],
  ["a value in quotes", ["status", "--home", '"x"']],
  ["a value behind =", ["status", "--home=x"]],
])("%s is left to yargs", (_title, argv) => {
  expect(readPlainLine(argv, all)).toBeNull();
});
