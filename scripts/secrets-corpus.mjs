// Makes the known half of the redaction corpus: families of secrets × the contexts they stand in, and harmless texts.
// The script is the corpus: the same seed gives the same rows, so no made-up secret lies in the repository for a scanner
// to stumble over. `node scripts/secrets-corpus.mjs [folder]` writes it as JSON lines.
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { contextual } from "./corpus/contextual.mjs";
import { families } from "./corpus/families.mjs";
import { harmless } from "./corpus/harmless.mjs";
import { openRandom } from "./corpus/random.mjs";

/** The recorded seed. */
export const seed = 20_261_129;

const fence = "```";
const once = (text) => JSON.stringify(text).slice(1, -1);
const diff = (text) =>
  text
    .split("\n")
    .map((line) => `+${line}`)
    .join("\n");

/** The contexts of a secret that is known by its form (`name` is a variable's name for it). */
const formContexts = {
  "plain text": (secret) => `I used ${secret} and it worked.`,
  "end of a sentence": (secret) => `The value was ${secret}.`,
  "code block": (secret, name) =>
    `Run this:\n${fence}sh\ncurl -H "x-thing: ${secret}" https://example.com/${name.toLowerCase()}\n${fence}`,
  JSON: (secret, name) => JSON.stringify({ [name]: secret, n: 1 }),
  "JSON escaped once": (secret, name) => JSON.stringify({ body: JSON.stringify({ [name]: secret }) }),
  "JSON escaped twice": (secret, name) =>
    JSON.stringify({ a: JSON.stringify({ b: JSON.stringify({ [name]: secret }) }) }),
  "after an escaped newline": (secret, name) => JSON.stringify({ text: `first\n${secret}\nlast ${name.length}` }),
  YAML: (secret, name) => `service:\n  ${name.toLowerCase()}: ${secret}\n  port: 80\n`,
  "YAML quoted": (secret, name) => `service:\n  - name: ${name}\n    value: "${secret}"\n`,
  diff: (secret, name) => `@@ -1 +1 @@\n-${name}=\n+${name}=${secret}\n`,
  CRLF: (secret, name) => `A=1\r\n${name}=${secret}\r\nB=2\r\n`,
  "Markdown link": (secret) => `See [the dashboard](https://example.com/open?x=${secret}) for it.`,
  "URL query": (secret) => `GET https://api.example.com/v1/items?limit=5&x=${secret}&sort=asc`,
  "shell export": (secret, name) => `export ${name}=${secret}`,
  "glued by an underscore": (secret) => `the file is backup_${secret}`,
  quotes: (secret) => `it says '${secret}' there`,
  backticks: (secret) => `it says \`${secret}\` there`,
};

/** The contexts of a secret that is known by the name it is given to. */
const namedContexts = {
  "code block": (secret, name) => `${fence}sh\n${name}=${secret} node app.js\n${fence}`,
  JSON: (secret, name) => JSON.stringify({ [name.toLowerCase()]: secret }),
  "JSON escaped once": formContexts["JSON escaped once"],
  "JSON escaped twice": formContexts["JSON escaped twice"],
  "after an escaped newline": (secret, name) => JSON.stringify({ text: `first\n${name}=${secret}\nlast` }),
  YAML: formContexts.YAML,
  diff: formContexts.diff,
  CRLF: formContexts.CRLF,
  "URL query": (secret, name) => `https://api.example.com/v1?limit=5&${name.toLowerCase()}=${secret}&z=1`,
  "shell export": (secret, name) => `export ${name}="${secret}"`,
  code: (secret, name) => `const ${name.toLowerCase()} = '${secret}';`,
  prose: (secret, name) => `My ${name.toLowerCase().replaceAll("_", " ")} is ${secret}`,
  backticks: (secret, name) => `\`${name}=${secret}\``,
};

/** The contexts of a text that is itself a context. */
const wholeContexts = {
  "plain text": (text) => text,
  "within prose": (text) => `Please look at this:\n\n${text}\n\nDoes it work?`,
  "code block": (text) => `${fence}\n${text}\n${fence}`,
  "JSON escaped once": (text) => `{"content":"${once(text)}"}`,
  "JSON escaped twice": (text) => `{"content":"${once(once(text))}"}`,
  diff: (text) => diff(text),
  CRLF: (text) => text.replaceAll("\n", "\r\n"),
};

function rowsOf(random) {
  const rows = [];
  for (const { family, name, make, form = true } of families) {
    for (const [context, put] of Object.entries(form ? formContexts : namedContexts)) {
      const made = make(random);
      const { secret, parts = [secret] } = typeof made === "string" ? { secret: made } : made;
      rows.push({ family, context, text: put(secret, name), secrets: parts });
    }
  }
  for (const { family, make } of contextual) {
    for (const [context, put] of Object.entries(wholeContexts)) {
      const { text, secrets } = make(random);
      rows.push({ family, context, text: put(text), secrets });
    }
  }
  return rows;
}

/** The known half: rows with what must be gone, and texts that must stay. */
export function makeCorpus() {
  return { secrets: rowsOf(openRandom(seed)), harmless: harmless.map((text) => ({ text })) };
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const folder = process.argv[2] ?? fileURLToPath(new URL("../fixtures/redaction", import.meta.url));
  mkdirSync(folder, { recursive: true });
  const corpus = makeCorpus();
  const write = (file, rows) =>
    writeFileSync(join(folder, file), `${rows.map((row) => JSON.stringify(row)).join("\n")}\n`);
  write("known.jsonl", corpus.secrets);
  write("harmless.jsonl", corpus.harmless);
  console.log(`${corpus.secrets.length} rows with secrets, ${corpus.harmless.length} without`);
}
