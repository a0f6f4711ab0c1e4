import * as z from "zod";
import { setting } from "./setting.ts";

/** A command of the user's own for the console. */
const customCommand = () =>
  z.strictObject({
    name: z.string().regex(/^[a-z][a-z0-9 -]{0,40}$/),
    sentence: z.string().min(1).max(200),
    /** The words to run; `{name}` stands for the selected row, `{other}` for an input. */
    run: z.array(z.string().min(1)).min(1),
    key: z.string().min(1).max(20).optional(),
    scope: z.string().min(1).optional(),
    confirm: z.string().min(1).optional(),
    dangerous: z.boolean().optional(),
    inputs: z.array(z.string().regex(/^[a-z][a-z0-9-]*$/)).optional(),
  });

/** How the console looks and what its keys do. */
export const tuiSettings = {
  "tui.theme": setting(
    () => z.enum(["dark", "light", "high-contrast", "mono"]),
    "dark",
    "dark, light, high-contrast or mono",
    "Colours of the console; `NO_COLOR` means mono.",
  ),
  "tui.ascii": setting(
    () => z.boolean().nullable(),
    null,
    "true, false or null",
    "Draw the console with ASCII alone; null means where the locale is not UTF-8.",
  ),
  "tui.screenReader": setting(
    () => z.boolean(),
    false,
    "true or false",
    "Print the console as plain lines for a screen reader, and only when something was asked or went wrong.",
  ),
  "tui.readOnly": setting(() => z.boolean(), false, "true or false", "Refuse every action that changes something."),
  "tui.logLines": setting(
    () => z.int().min(100).max(100_000),
    5000,
    "100 to 100000",
    "Log lines the console keeps of each service; older ones are dropped and counted.",
  ),
  "tui.logCharacters": setting(
    () => z.int().min(65_536).max(1_073_741_824),
    2_097_152,
    "65536 to 1073741824",
    "Characters the console keeps of each service's log at most, however few lines that are.",
  ),
  "tui.keys": setting(
    () => z.array(z.string().regex(/^.+=[a-z].*$/)),
    [],
    "list of key=command",
    "Keys of the console that do something else, such as `x=quit`; `none` frees a key.",
  ),
  "tui.commands": setting(
    () => z.array(customCommand()),
    [],
    "list of {name, sentence, run, key?, scope?, confirm?, dangerous?, inputs?}",
    "Commands of your own for the console; they are added to those it has.",
  ),
} as const;
