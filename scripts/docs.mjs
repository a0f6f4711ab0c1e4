// Writes the generated parts of the README and of docs/ from the program itself; with --check it only says which pages
// are not up to date.
import { spawnSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { tuiCommand } from "../src/cli/tui-command.ts";
import { environmentName, settings } from "../src/engine/config.ts";
import { needs, needsOfAll } from "../src/engine/learning/formats/needs.ts";
import { reasons } from "../src/engine/learning/formats/reasons.ts";
import { actions } from "../src/services/actions.ts";

const root = new URL("../", import.meta.url);
const pages = ["README.md", ...readdirSync(new URL("docs/", root)).map((name) => `docs/${name}`)].filter((name) =>
  name.endsWith(".md"),
);
const row = (...cells) => `| ${cells.map((cell) => String(cell).replaceAll("|", "\\|")).join(" | ")} |`;
const table = (head, rows) => [row(...head), row(...head.map(() => "---")), ...rows].join("\n");
const commands = [...actions, tuiCommand];

function written({ name, args }) {
  const places = args
    .filter(({ positional }) => positional)
    .map((arg) => (arg.required ? `<${arg.name}>` : `[${arg.name}]`));
  return `aistack ${[name, ...places].join(" ")}`;
}

function argumentLines({ args }) {
  return args.map((arg) => {
    const { name, letter, sentence, choices, fallback } = arg;
    const shown = arg.positional ? `\`${name}\`` : `\`--${name}\`${letter ? ` (\`-${letter}\`)` : ""}`;
    const one = choices ? `; one of ${choices.map((choice) => `\`${choice}\``).join(", ")}` : "";
    const usual = fallback === undefined ? "" : ` (usually \`${fallback}\`)`;
    return `- ${shown}: ${sentence}${one}${usual}`;
  });
}

const parts = {
  commands: table(
    ["command", "what it does", "flags"],
    commands.map((action) => {
      const flags = action.args.filter(({ positional }) => !positional).map((arg) => `\`--${arg.name}\``);
      return row(`\`${written(action)}\``, action.sentence, flags.join(" "));
    }),
  ),
  arguments: commands
    .filter(({ args }) => args.length > 0)
    .map((action) => [`**\`${written(action)}\`**`, "", ...argumentLines(action)].join("\n"))
    .join("\n\n"),
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
  ...measuredRates(),
};

// What a corpus of made-up secrets says of redaction, where the script that measures it is there.
function measuredRates() {
  const script = fileURLToPath(new URL("scripts/redaction-rates.mjs", root));
  if (!existsSync(script)) return {};
  const { status, stdout, stderr } = spawnSync(process.execPath, [script], { encoding: "utf8" });
  if (status !== 0) throw new Error(`redaction-rates.mjs ended with ${status}: ${stderr}`);
  return { rates: stdout.trimEnd() };
}

const before = new Map(pages.map((page) => [page, readFileSync(new URL(page, root), "utf8")]));
const after = new Map(before);
for (const [name, text] of Object.entries(parts)) {
  const place = new RegExp(`(<!-- ${name} -->\n)[\\s\\S]*?(<!-- /${name} -->)`);
  const page = pages.find((one) => place.test(before.get(one)));
  if (page === undefined) throw new Error(`no page has a place for ${name}: <!-- ${name} --> … <!-- /${name} -->`);
  after.set(
    page,
    after.get(page).replace(place, (_, open, close) => `${open}${text}\n${close}`),
  );
}
const stale = pages.filter((page) => after.get(page) !== before.get(page));
if (process.argv.includes("--check")) {
  if (stale.length > 0) {
    console.error(`not up to date: ${stale.join(", ")}; type: npm run docs`);
    process.exitCode = 1;
  }
} else for (const page of stale) writeFileSync(new URL(page, root), after.get(page));
