import yargs, { type Argv } from "yargs";
import { readEnvironment } from "../engine/config.ts";
import { Failure } from "../engine/errors.ts";
import type { Action } from "../services/action.ts";
import { version } from "../services/version.ts";
import { addCommands, type Runner } from "./commands.ts";
import { completionScript, shellOf, shells } from "./completion.ts";
import { checkGiven } from "./given.ts";

/** The command line with every action as a command. */
export function openProgram(actions: readonly Action[], run: Runner): Argv {
  return addCommands(
    yargs()
      .scriptName("aistack")
      .usage("$0 <command>\n\nThe control center of a local AI stack that learns from its own work.")
      .option("home", { type: "string", requiresArg: true, describe: "Directory for all data", global: true })
      .option("set", { type: "string", array: true, requiresArg: true, describe: "Setting for this run, as key=value" })
      .option("json", { type: "boolean", describe: "Print one JSON object with schemaVersion", global: true })
      .parserConfiguration({
        "boolean-negation": false,
        "parse-positional-numbers": false,
        "greedy-arrays": false,
        "dot-notation": false,
      })
      .version(version)
      .command(
        "completion [shell]",
        "Print the completion script of a shell: bash, zsh or fish",
        (inner) => inner.positional("shell", { choices: shells, describe: "Shell; without it, the one you use" }),
        (parsed) => {
          checkGiven(parsed);
          process.stdout.write(completionScript(parsed.shell ?? shellOf(readEnvironment().SHELL)));
        },
      )
      .strict()
      .demandCommand(1, "Name a command; aistack --help lists them")
      .recommendCommands()
      .wrap(null)
      .exitProcess(false)
      .fail((message, error) => {
        // What the parser itself finds missing comes as an error too.
        const missing = error !== undefined && /^Not enough arguments following/.test(error.message);
        if (error && !missing) throw error;
        const why = missing ? error.message.replace("arguments following: ", "arguments following --") : message;
        throw new Failure("usage", { what: "Nothing was done", why, hint: "Type: aistack --help" });
      }),
    actions,
    run,
  );
}
