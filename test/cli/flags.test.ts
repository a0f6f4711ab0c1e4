import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import type { Runner } from "../../src/cli/commands.ts";
import { everywhere, givenIn } from "../../src/cli/given.ts";
import { readPlainLine } from "../../src/cli/plain-line.ts";
import { openProgram } from "../../src/cli/program.ts";
import { tuiCommand } from "../../src/cli/tui-command.ts";
import { openConfig } from "../../src/engine/config.ts";
import { Failure } from "../../src/engine/errors.ts";
import type { Action, Argument } from "../../src/services/action.ts";
import { actions } from "../../src/services/actions.ts";
import { aistack, temporary } from "./running.ts";

const all: readonly Action[] = [...actions, tuiCommand];

/** What a command line comes to, on the way that the program would take: what ran, or the failure. */
async function outcome(argv: readonly string[]) {
  let ran: string | null = null;
  const lists: Record<string, readonly string[]> = {};
  const run: Runner = async (action, given) => {
    ran = action.name;
    for (const { name, type } of [...everywhere, ...action.args]) if (type === "list") lists[name] = given.list(name);
  };
  try {
    const plain = readPlainLine(argv, all);
    if (plain !== null) await run(plain.action, givenIn(plain.parsed), plain.parsed);
    else await openProgram(all, run).parseAsync([...argv]);
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    return { ran, lists, code: error.code, why: error.why };
  }
  return { ran, lists, code: null, why: "" };
}

function sampleOf({ type, choices }: Argument, which: 0 | 1): string {
  return type === "number" ? `${which + 1}` : (choices?.[which % choices.length] ?? "ab"[which] ?? "");
}

// What else the action needs to be understood.
function wordsOf({ name, args }: Action, but: Argument): string[] {
  const needed = args.filter((one) => one.required === true && one.name !== but.name);
  return [
    ...name.split(" "),
    ...needed.filter(({ positional }) => positional === true).map((one) => sampleOf(one, 0)),
    ...needed.filter(({ positional }) => positional !== true).flatMap((one) => [`--${one.name}`, sampleOf(one, 0)]),
  ];
}

/** Every way to write a flag. */
function spellings({ name, letter }: Argument): ((value: string) => string[])[] {
  const camel = name.replace(/-(.)/g, (_all, next: string) => next.toUpperCase());
  const names = [
    `--${name}`,
    ...(camel === name ? [] : [`--${camel}`]),
    ...(letter === undefined ? [] : [`-${letter}`]),
  ];
  return names.flatMap((one) => [(value: string) => [one, value], (value: string) => [`${one}=${value}`]]);
}

const flags = all.flatMap((action) =>
  [...everywhere, ...action.args]
    .filter(({ positional, type }) => positional !== true && type !== "boolean")
    .map((flag) => [`${action.name} --${flag.name}`, action, flag] as const),
);

describe("a flag with a value", () => {
  test.each(flags)("given twice is refused by its name, and a list takes both: %s", async (_title, action, flag) => {
    for (const first of spellings(flag)) {
      for (const second of spellings(flag)) {
        const given = [...first(sampleOf(flag, 0)), ...second(sampleOf(flag, 1))];
        const words = wordsOf(action, flag);
        for (const argv of [[...words, ...given], ...(everywhere.includes(flag) ? [[...given, ...words]] : [])]) {
          const { ran, lists, code, why } = await outcome(argv);
          if (flag.type === "list") {
            expect(ran, argv.join(" ")).toBe(action.name);
            expect(lists[flag.name]).toEqual([sampleOf(flag, 0), sampleOf(flag, 1)]);
          } else {
            expect({ ran, code }, argv.join(" ")).toEqual({ ran: null, code: "usage" });
            expect(why).toMatch(new RegExp(`--${flag.name} takes one value`));
          }
        }
      }
    }
  });

  test.each(flags)("that is empty is refused by its name: %s", async (_title, action, flag) => {
    for (const spelled of spellings(flag)) {
      for (const empty of ["", ...(flag.type === "number" ? [" ", "x", "-1"] : [])]) {
        const argv = [...wordsOf(action, flag), ...spelled(empty)];
        const { ran, code, why } = await outcome(argv);
        expect({ ran, code }, argv.join(" ")).toEqual({ ran: null, code: "usage" });
        expect(why).toContain(flag.name);
      }
    }
  });

  test.each(flags)("given once is understood: %s", async (_title, action, flag) => {
    for (const spelled of spellings(flag)) {
      const argv = [...wordsOf(action, flag), ...spelled(sampleOf(flag, 0))];
      expect(await outcome(argv), argv.join(" ")).toMatchObject({ ran: action.name, code: null });
    }
  });

  test("does not become another by a dot in its name", async () => {
    expect(await outcome(["status", "--home.x", "/tmp/a"])).toMatchObject({ ran: null, code: "usage" });
  });
});

test("the script of a completion is not printed beside a home that is given twice", async () => {
  expect(await outcome(["completion", "bash", "--home", "a", "--home", "b"])).toMatchObject({ code: "usage" });
});

test("an empty home is none, neither the default one nor the directory one stands in", () => {
  expect(() => openConfig({}, { AISTACK_HOME: "", HOME: temporary() })).toThrow(/AISTACK_HOME is empty/);
  expect(() => openConfig({ home: "" }, { AISTACK_HOME: temporary() })).toThrow(/--home is empty/);
  const home = temporary();
  expect(openConfig({ home }, { AISTACK_HOME: "" }).home).toBe(home);
});

test.each([
  [["status", "--home", "A", "--home", "B"], {}, /--home takes one value/],
  [["status", "--home", ""], {}, /--home is empty/],
  [["status", "--home="], {}, /--home is empty/],
  [["status"], { AISTACK_HOME: "" }, /AISTACK_HOME is empty/],
  [["dataset", "export", "--format", "openai", "--validation", ""], {}, /--validation is empty/],
])("the program ends with 2 and says why: %j", (args, env, why) => {
  const { status, stdout, stderr } = aistack(args, { env: { XDG_DATA_HOME: temporary(), ...env } });
  expect({ status, stdout }).toEqual({ status: 2, stdout: "" });
  expect(stderr).toMatch(why);
});

describe("what would be left undone is refused before anything is done", () => {
  test.each([
    [["learn", "--rejected", "--replay"], /--rejected only lists, and does not go together with --replay/],
    [["learn", "--rejected", "--once"], /--rejected .* --once/],
    [["learn", "--rejected", "--source", "x"], /--rejected .* --source/],
    [["learn", "--rejected", "--rebuild-vectors"], /--rejected .* --rebuild-vectors/],
    [["learn", "--once", "--limit", "5"], /--limit goes together with --rejected/],
    [["learn", "--once", "--limit", "x"], /--limit must be a number/],
    [["learn", "--replay", "--source", "x"], /--replay .* --source/],
    [["dataset", "export", "--format", "openai", "--", "extra"], /dataset export takes nothing behind --/],
    [["status", "--", "extra"], /status takes nothing behind --/],
  ])("%j", (args, why) => {
    const home = join(temporary(), "home");
    const { status, stdout, stderr } = aistack(args, { env: { AISTACK_HOME: home } });
    expect({ status, stdout }).toEqual({ status: 2, stdout: "" });
    expect(stderr).toMatch(why);
    expect(existsSync(home)).toBe(false);
  });

  test("only commands that run something elsewhere take words behind --", () => {
    expect(all.filter(({ takesRest }) => takesRest === true).map(({ name }) => name)).toEqual([
      "exec",
      "psql",
      "redis-cli",
    ]);
  });
});

test("a password in the file's address is mended as the failure says, and the failure does not repeat it", () => {
  const home = temporary();
  const file = join(home, "config.json");
  writeFileSync(file, '{"embeddings":{"url":"http://u:hunter2@h:1/","model":"m"}}');
  const bad = aistack(["status", "--home", home]);
  expect(bad.status).toBe(2);
  expect(bad.stderr).not.toContain("hunter2");
  const hint = /Type: aistack (config set embeddings.url null)/.exec(bad.stderr)?.[1] ?? "";
  const mended = aistack([...hint.split(" "), "--home", home]);
  expect([mended.status, mended.stdout.includes("hunter2")]).toEqual([0, false]);
  expect(JSON.parse(readFileSync(file, "utf8"))).toEqual({ embeddings: { url: null, model: "m" } });
  expect(aistack(["status", "--home", home]).status).toBe(0);
});

test("a configuration that is no JSON is still shown where it is", () => {
  const home = temporary();
  writeFileSync(join(home, "config.json"), "{");
  expect(aistack(["config", "path", "--home", home]).status).toBe(0);
  expect(aistack(["config", "set", "learning.pollMs", "300", "--home", home]).status).toBe(1);
  expect(readFileSync(join(home, "config.json"), "utf8")).toBe("{");
});

test("what mends a wrong setting is said for the place where it stands", () => {
  const home = temporary();
  const bad = { AISTACK_LEARNING_POLL_MS: "never" };
  const inEnvironment = aistack(["status", "--home", home], { env: bad });
  expect([inEnvironment.status, inEnvironment.stderr]).toEqual([
    2,
    expect.stringContaining("Type: unset AISTACK_LEARNING_POLL_MS"),
  ]);
  const inFlag = aistack(["status", "--home", home, "--set", "learning.pollMs=never"]);
  expect([inFlag.status, inFlag.stderr.includes("aistack config set")]).toEqual([2, false]);
});
