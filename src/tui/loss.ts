import type { ActionRow } from "./facts.ts";

/** What is lost when a line of an action runs, empty when nothing is; and the line that says yes to that. */
export function lossOf(action: ActionRow, line: string): { readonly losing: string; readonly line: string } {
  const words = line.slice(action.name.length).split(" ");
  const end = words.indexOf("--");
  const given = (end === -1 ? words : words.slice(0, end)).filter((word) => word !== "");
  if (given.includes("--dry-run")) return { losing: "", line };
  const flag = action.losingBy?.find((one) => given.includes(one.flag));
  if (flag) return { losing: flag.losing, line: given.includes(flag.yes) ? line : `${line} ${flag.yes}` };
  const isNamed = given.some((word) => !word.startsWith("-"));
  return { losing: !isNamed && action.losingAll ? action.losingAll : action.losing, line };
}
