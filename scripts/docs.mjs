// Writes the tables of the README from the program itself; with --check it only says whether they are up to date.
import { readFileSync, writeFileSync } from "node:fs";
import { environmentName, settings } from "../src/engine/config.ts";
import { needs, needsOfAll } from "../src/engine/learning/formats/needs.ts";
import { reasons } from "../src/engine/learning/formats/reasons.ts";
import { actions } from "../src/services/actions.ts";

const file = new URL("../README.md", import.meta.url);
const row = (...cells) => `| ${cells.map((cell) => String(cell).replaceAll("|", "\\|")).join(" | ")} |`;
const table = (head, rows) => [row(...head), row(...head.map(() => "---")), ...rows].join("\n");

const tables = {
  commands: table(
    ["command", "what it does", "flags"],
    actions.map(({ name, sentence, args }) => {
      const places = args
        .filter(({ positional }) => positional)
        .map((arg) => (arg.required ? `<${arg.name}>` : `[${arg.name}]`));
      const flags = args.filter(({ positional }) => !positional).map((arg) => `\`--${arg.name}\``);
      return row(`\`aistack ${[name, ...places].join(" ")}\``, sentence, flags.join(" "));
    }),
  ),
  settings: table(
    ["setting", "default", "accepts", "environment", "what it is"],
    Object.entries(settings).map(([key, { fallback, accepts, sentence }]) =>
      row(`\`${key}\``, `\`${JSON.stringify(fallback)}\``, accepts, `\`${environmentName(key)}\``, sentence),
    ),
  ),
  needs: `${table(
    ["event", "fields", "and"],
    needs.map(({ events, fields, rule }) =>
      row(events.map((name) => `\`${name}\``).join(", "), fields.map((name) => `\`${name}\``).join(", "), rule),
    ),
  )}\n\n${needsOfAll}`,
  reasons: table(
    ["reason", "meaning"],
    Object.entries(reasons).map(([reason, sentence]) => row(`\`${reason}\``, sentence)),
  ),
};

const before = readFileSync(file, "utf8");
let after = before;
for (const [name, text] of Object.entries(tables)) {
  after = after.replace(
    new RegExp(`(<!-- ${name} -->\n)[\\s\\S]*?(<!-- /${name} -->)`),
    (_, open, close) => `${open}${text}\n${close}`,
  );
}
if (process.argv.includes("--check")) {
  if (after !== before) {
    console.error("README.md is not up to date; type: npm run docs");
    process.exitCode = 1;
  }
} else writeFileSync(file, after);
