import { Failure } from "../engine/errors.ts";
import { type BreakerName, breakerNames, isBreakerName } from "../engine/guards/names.ts";
import type { Action, Given, Plain } from "./action.ts";
import { commandBreaker } from "./breaker-command.ts";
import { breakerList } from "./breaker-list.ts";
import { watchBreakers } from "./breaker-watch.ts";

function nameOf(given: Given, what: string): BreakerName {
  const name = given.text("name") ?? "";
  if (isBreakerName(name)) return name;
  throw new Failure("usage", {
    what,
    why: `there is no breaker ${name === "" ? "without a name" : name}`,
    hint: `There are: ${breakerNames.join(", ")}`,
  });
}

const name = { name: "name", type: "string", sentence: "Dependency", positional: true, required: true } as const;

/** What can be done with breakers, from any process that works on the home. */
export const breakerActions: readonly Action[] = [
  {
    name: "breakers",
    sentence: "Show the breaker before every dependency",
    args: [{ name: "watch", type: "boolean", sentence: "Show every change until interrupted" }],
    reads: true,
    run(stack, given, { signal }) {
      const { home, values } = stack.config;
      if (given.flag("watch")) return watchBreakers(home, values, { json: given.flag("json"), signal });
      return Promise.resolve<Plain>({ ...breakerList(home, values) });
    },
  },
  {
    name: "breakers trip",
    sentence: "Open a breaker by hand; it stays open until it is reset",
    args: [name, { name: "why", type: "list", sentence: "Why, shown with it", positional: true }],
    reads: false,
    run: (stack, given, { signal }) => {
      const why = given.list("why").join(" ");
      const which = nameOf(given, "No breaker was opened");
      return commandBreaker(stack.config, which, "trip", why === "" ? "no reason given" : why, { signal });
    },
  },
  {
    name: "breakers reset",
    sentence: "Close a breaker and forget its failures",
    args: [name],
    reads: false,
    run: (stack, given, { signal }) =>
      commandBreaker(stack.config, nameOf(given, "No breaker was reset"), "reset", "reset", { signal }),
  },
];
