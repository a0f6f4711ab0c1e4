// Prints recall and false positives of redaction as a Markdown table: of the known half, which is made here, and of each
// other half that lies in fixtures/redaction as JSON lines. A row with `secrets`, or
// with `absent` (which parts must be gone), counts for recall, a row without must stay as it is. `--misses` lists what was missed or changed, `--json` prints the figures.
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { redact } from "../src/engine/learning/redact/redact.ts";
import { makeCorpus } from "./secrets-corpus.mjs";

const folder = fileURLToPath(new URL("../fixtures/redaction", import.meta.url));
const ours = new Set(["known.jsonl", "harmless.jsonl"]);

/** The halves of the corpus: each has a name, rows with secrets, and harmless rows. */
export function readHalves() {
  const known = makeCorpus();
  const halves = new Map([["known", { secrets: known.secrets, harmless: known.harmless }]]);
  for (const file of existsSync(folder) ? readdirSync(folder).toSorted() : []) {
    if (!file.endsWith(".jsonl") || ours.has(file)) continue;
    const name = file.replace(/\.jsonl$/, "").replace(/[-.]?(?:harmless|secrets|known)[-.]?/, "") || file;
    const half = halves.get(name) ?? { secrets: [], harmless: [] };
    halves.set(name, half);
    for (const line of readFileSync(join(folder, file), "utf8").split("\n")) {
      if (line.trim() === "") continue;
      const row = JSON.parse(line);
      if (row.absent !== undefined) half.secrets.push(row);
      else half.harmless.push(row);
    }
  }
  return halves;
}

// Half a secret is a secret still: none of its stretches of this length may be left.
const stretch = 9;

/** Whether a text still holds a secret or a good part of it. */
export function leaves(text, secret) {
  for (let at = 0; at === 0 || at + stretch <= secret.length; at++) {
    if (text.includes(secret.slice(at, at + stretch))) return true;
  }
  return false;
}

/** What redaction leaves of secrets and changes of harmless texts. */
export function measure({ secrets, harmless }) {
  const missed = secrets.filter((row) => {
    const clean = redact(row.text);
    if (row.absent !== undefined) return row.absent.some((part) => clean.includes(part));
    return row.secrets.some((secret) => leaves(clean, secret));
  });
  const changed = harmless.filter(({ text }) => redact(text) !== text);
  return { missed, changed };
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const rows = [];
  for (const [name, half] of readHalves()) {
    const { missed, changed } = measure(half);
    const { length: all } = half.secrets;
    const families = new Set(half.secrets.map(({ family }) => family)).size;
    rows.push({
      half: name,
      families,
      rows: all,
      recall: all === 0 ? 1 : (all - missed.length) / all,
      harmless: half.harmless.length,
      falsePositives: changed.length / Math.max(1, half.harmless.length),
    });
    if (process.argv.includes("--misses")) {
      for (const row of missed)
        console.log(
          `missed  ${row.family} | ${row.context}\n        ${JSON.stringify(row.text.slice(0, 300))}\n     -> ${JSON.stringify(redact(row.text).slice(0, 300))}`,
        );
      for (const { text } of changed)
        console.log(`changed ${JSON.stringify(text)}\n     -> ${JSON.stringify(redact(text))}`);
    }
  }
  if (process.argv.includes("--json")) console.log(JSON.stringify(rows));
  else {
    console.log(
      "| half | families | families × contexts | recall | harmless texts | changed |\n|---|---:|---:|---:|---:|---:|",
    );
    for (const row of rows)
      console.log(
        `| ${row.half} | ${row.families} | ${row.rows} | ${row.recall.toFixed(4)} | ${row.harmless} | ${(row.falsePositives * 100).toFixed(2)} % |`,
      );
  }
}
