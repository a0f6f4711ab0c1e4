import yargs, { type Argv } from "yargs";
import { Failure } from "../engine/errors.ts";
import type { Action } from "../services/action.ts";
import { version } from "../services/version.ts";
import { addCommands, type Runner } from "./commands.ts";

/** The command line with every action as a command. */
export function openProgram(actions: readonly Action[], run: Runner): Argv {
  return addCommands(
    yargs()
      .scriptName("aistack")
      .usage("$0 <command>\n\nThe control center of a local AI stack that learns from its own work.")
      .option("home", { type: "string", requiresArg: true, describe: "Directory for all data", global: true })
      .option("set", { type: "string", array: true, requiresArg: true, describe: "Setting for this run, as key=value" })
      .option("json", { type: "boolean", describe: "Print one JSON object with schemaVersion", global: true })
      .parserConfiguration({ "boolean-negation": false, "parse-positional-numbers": false, "greedy-arrays": false })
      .version(version)
      .completion("completion", "Print the completion script of your shell")
      .strict()
      .demandCommand(1, "Name a command; aistack --help lists them")
      .recommendCommands()
      .wrap(null)
      .exitProcess(false)
      .fail((message, error) => {
        if (error) throw error;
        throw new Failure("usage", { what: "Nothing was done", why: message, hint: "Type: aistack --help" });
      }),
    actions,
    run,
  );
}
