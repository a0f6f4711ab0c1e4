// Writes the blind corpus: secrets nobody wrote a rule for yet, and harmless text that looks a little like them.
// Use: node scripts/secrets-blind.mjs [directory]
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { blockRows } from "./secrets-blind/blocks.mjs";
import { contextsFor, wraps } from "./secrets-blind/contexts.mjs";
import { fill, kindRows, sectionsOf } from "./secrets-blind/kinds.mjs";
import { makeToken } from "./secrets-blind/made.mjs";
import { openRandom, partsOf } from "./secrets-blind/random.mjs";

const read = (name) => readFileSync(new URL(`./secrets-blind/${name}`, import.meta.url), "utf8");
const directory = process.argv[2] ?? fileURLToPath(new URL("../fixtures/redaction", import.meta.url));
const spelled = { api: "API", aws: "AWS", gcp: "GCP", npm: "npm", pypi: "PyPI", github: "GitHub", gitlab: "GitLab" };

function labelOf(family) {
  const words = family.split("-").map((word) => spelled[word] ?? word);
  return words[0] === family.split("-")[0]
    ? [words[0][0].toUpperCase() + words[0].slice(1), ...words.slice(1)].join(" ")
    : words.join(" ");
}

function* tokenRows() {
  for (const [index, row] of read("tokens.txt").trimEnd().split("\n").entries()) {
    const [, family, name, kind, pattern] = /^(\S+) (\S+) (own|ctx) (.+)$/.exec(row);
    const random = openRandom(family);
    const own = kind === "own";
    for (const { name: context, write, spell } of contextsFor(index)) {
      const { value, secrets } = makeToken(pattern, random);
      const shown = own ? value : `${name}=${value}`;
      const text = write({ value, name, own, shown, key: name.toLowerCase(), label: labelOf(family), random });
      yield { family, context, text, absent: secrets.flatMap(partsOf).map(spell) };
    }
  }
}

/** A row nobody could pass is a fault of the corpus: every part stands in the text, and only inside the secret. */
function checked(row) {
  const absent = [...new Set(row.absent)];
  const fault = (part, why) => new Error(`${row.family} in ${row.context}: ${part} ${why}`);
  const whole = absent.filter((part) => !absent.some((other) => other !== part && other.includes(part)));
  for (const part of absent) {
    if (part.length < 4) throw fault(part, "is too short to look for");
    if (!row.text.includes(part)) throw fault(part, "is not in the text");
  }
  const rest = whole.reduce((text, part) => text.replaceAll(part, () => "*"), row.text);
  for (const part of absent) if (rest.includes(part)) throw fault(part, "stands outside the secret too");
  return { ...row, absent };
}

function* harmlessRows() {
  for (const { name: kind, texts } of sectionsOf(read("harmless.txt"))) {
    const random = openRandom(`harmless ${kind}`);
    for (const template of texts) yield { kind, text: fill(template, random).text };
    for (const template of texts.filter((_, index) => index % 4 === 0)) {
      yield { kind: `${kind} in JSON`, text: wraps["json-in-json"].wrap(fill(template, random).text) };
    }
  }
}

function write(name, rows) {
  writeFileSync(join(directory, name), rows.map((row) => `${JSON.stringify(row)}\n`).join(""));
}

const planted = [...tokenRows(), ...blockRows(openRandom), ...kindRows(read("kinds.txt"), openRandom)].map(checked);
const harmless = [...harmlessRows()];
if (new Set(harmless.map(({ text }) => text)).size !== harmless.length) throw new Error("a harmless text stands twice");
mkdirSync(directory, { recursive: true });
write("blind.jsonl", planted);
write("blind-harmless.jsonl", harmless);
const count = (rows, key) =>
  Object.entries(Object.groupBy(rows, (row) => row[key])).map(([k, v]) => `${k} ${v.length}`);
console.log(
  `${planted.length} secrets of ${count(planted, "family").length} families: ${count(planted, "context").join(", ")}`,
);
console.log(`${harmless.length} harmless texts: ${count(harmless, "kind").join(", ")}`);
