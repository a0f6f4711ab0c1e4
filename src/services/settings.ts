import { dirname } from "node:path";
import {
  checkValue,
  environmentName,
  isSetting,
  parseTyped,
  type SettingKey,
  saveSetting,
  settings,
} from "../engine/config.ts";
import { makeDirectory } from "../engine/disk.ts";
import { Failure } from "../engine/errors.ts";
import type { Action, Given } from "./action.ts";

function keyOf(given: Given): SettingKey {
  const key = given.text("key") ?? "";
  if (isSetting(key)) return key;
  checkValue(key, null, "The command line");
  throw new Failure("config", { what: `The setting ${key} was not used`, why: "there is no such setting" });
}

const key = { name: "key", type: "string", sentence: "Setting", positional: true, required: true } as const;

/** What can be done with settings. */
export const settingActions: readonly Action[] = [
  {
    name: "config list",
    sentence: "List every setting with its value and where that came from",
    args: [],
    reads: true,
    run: async ({ config }) => ({
      settings: Object.entries(settings).map(([name, { accepts, sentence, fallback }]) => ({
        key: name,
        value: isSetting(name) ? config.values[name] : null,
        origin: config.origins[name],
        default: fallback,
        accepts,
        environment: environmentName(name),
        sentence,
      })),
    }),
  },
  {
    name: "config get",
    sentence: "Show one setting",
    args: [key],
    reads: true,
    run: async ({ config }, given) => ({ key: keyOf(given), value: config.values[keyOf(given)] }),
  },
  {
    name: "config set",
    sentence: "Save a setting; without a value it goes back to the default",
    args: [key, { name: "value", type: "string", sentence: "Value", positional: true }],
    mends: true,
    reads: false,
    async run({ config }, given) {
      const name = keyOf(given);
      const text = given.text("value");
      const value = text === null ? undefined : checkValue(name, parseTyped(name, text), "The command line");
      await saveSetting(config, name, value);
      return { key: name, value: value ?? settings[name].fallback, file: config.file };
    },
  },
  {
    name: "config edit",
    sentence: "Open the configuration file in your editor (VISUAL, EDITOR or vi)",
    args: [],
    mends: true,
    reads: false,
    handsOver: true,
    async run({ config }, _given, { signal }) {
      const { openInEditor } = await import("./pager.ts");
      await makeDirectory(dirname(config.file));
      return { exitCode: await openInEditor(config, config.file, { signal }) };
    },
  },
  {
    name: "config path",
    sentence: "Show where the configuration file is",
    args: [],
    mends: true,
    reads: true,
    run: async ({ config }) => ({ file: config.file }),
  },
];
