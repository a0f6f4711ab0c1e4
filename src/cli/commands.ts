import type { Argv } from "yargs";
import type { Action, Argument, Given } from "../services/action.ts";
import { checkGiven, givenIn, type Parsed } from "./given.ts";

function positional(arg: Argument): string {
  const dots = arg.type === "list" ? ".." : "";
  return arg.required ? `<${arg.name}${dots}>` : `[${arg.name}${dots}]`;
}

function options(argv: Argv, action: Action): Argv {
  let built = action.more === undefined ? argv : argv.epilogue(action.more);
  for (const arg of action.args) {
    const common = {
      describe: arg.sentence,
      ...(arg.letter === undefined ? {} : { alias: arg.letter }),
      ...(arg.choices ? { choices: arg.choices } : {}),
      ...(arg.fallback === undefined ? {} : { default: arg.fallback }),
    };
    if (arg.positional) {
      built = built.positional(arg.name, { ...common, type: arg.type === "list" ? "string" : arg.type });
    } else {
      // A number is kept as it was typed; the help calls it a number all the same.
      const type =
        arg.type === "list"
          ? { type: "string" as const, array: true, requiresArg: true }
          : arg.type === "number"
            ? { string: true, number: true, requiresArg: true }
            : { type: arg.type, requiresArg: arg.type !== "boolean" };
      built = built.option(arg.name, { ...common, ...type, ...(arg.required ? { demandOption: true } : {}) });
    }
  }
  return built;
}

/** What runs an action once its arguments are parsed. */
export type Runner = (action: Action, given: Given, parsed: Parsed) => Promise<void>;

function checked(action: Action, run: Runner): (parsed: Parsed) => Promise<void> {
  return async (parsed) => {
    checkGiven(parsed, action);
    await run(action, givenIn(parsed), parsed);
  };
}

function command(argv: Argv, words: readonly string[], action: Action, run: Runner): Argv {
  const places = action.args.filter((arg) => arg.positional).map(positional);
  return argv.command(
    [words.at(-1), ...places].join(" "),
    action.sentence,
    (inner) => options(inner, action),
    checked(action, run),
  );
}

/** Adds every action as a command; two words make a command in a group. */
export function addCommands(argv: Argv, actions: readonly Action[], run: Runner): Argv {
  let built = argv;
  const groups = new Map<string, Action[]>();
  for (const action of actions) {
    const group = action.name.split(" ")[0] ?? "";
    groups.set(group, [...(groups.get(group) ?? []), action]);
  }
  for (const [group, members] of groups) {
    const own = members.find(({ name }) => name === group);
    const nested = members.filter(({ name }) => name !== group);
    if (nested.length === 0 && own) {
      built = command(built, [group], own, run);
      continue;
    }
    const sentence = own?.sentence ?? `${nested.map(({ name }) => name.split(" ")[1]).join(", ")}`;
    built = built.command(
      group,
      sentence,
      (inner) => {
        let sub = own ? options(inner, own) : inner;
        for (const action of nested) sub = command(sub, action.name.split(" "), action, run);
        return own ? sub : sub.demandCommand(1, `Name what to do: ${nested.map(({ name }) => name).join(", ")}`);
      },
      own ? checked(own, run) : undefined,
    );
  }
  return built;
}
