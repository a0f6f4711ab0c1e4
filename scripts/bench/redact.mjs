// What redaction costs beside the former one, in the same run on the same texts, and whether its time grows as texts do.
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { redact } from "../../src/engine/learning/redact/redact.ts";
import { attacks } from "../corpus/attacks.mjs";
import { makeCorpus } from "../secrets-corpus.mjs";
import { redact as formerRedact } from "./former-redact.mjs";

const root = fileURLToPath(new URL("../..", import.meta.url));
const rounds = 15;
const longestText = 12_000;
const median = (numbers) => numbers.toSorted((a, b) => a - b)[numbers.length >> 1];

function filesIn(folder, ending) {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && ending.test(entry.name))
    .map((entry) => readFileSync(join(entry.parentPath, entry.name), "utf8"));
}

// Texts as answers have them, no longer than a lesson may be.
const cut = (texts) => texts.flatMap((text) => text.match(new RegExp(`[^]{1,${longestText}}`, "g")) ?? []);

function kindsOfText() {
  return {
    "code (src, test)": cut([...filesIn(join(root, "src"), /\.tsx?$/), ...filesIn(join(root, "test/engine"), /\.ts$/)]),
    "prose (the manual)": cut(
      ["README.md", "CHANGELOG.md"]
        .map((name) => readFileSync(join(root, name), "utf8"))
        .concat(filesIn(join(root, "docs"), /\.md$/)),
    ),
    "transcripts and telemetry (fixtures)": cut([
      ...filesIn(join(root, "fixtures/transcripts"), /\.jsonl$/),
      ...filesIn(join(root, "fixtures/telemetry"), /\.jsonl$/),
    ]),
    "harmless texts of the corpus": makeCorpus().harmless.map(({ text }) => text),
  };
}

// Processor time of this thread: what else the machine does stays out of it.
const spentMs = () => {
  const { user, system } = process.threadCpuUsage();
  return (user + system) / 1000;
};

function millisecondsOf(call, texts, times) {
  const started = spentMs();
  for (let turn = 0; turn < times; turn++) for (const text of texts) call(text);
  return (spentMs() - started) / times;
}

const shortAttack = 6000;
const slowest = 12;
const repeated = (part, length) => part.repeat(Math.ceil(length / part.length)).slice(0, length);

/** Milliseconds for the slowest of the texts that are built against each rule, at a quarter and at whole length. */
export function growth(letters) {
  for (const warm of attacks.slice(0, 200)) redact(repeated(warm, 500));
  return attacks
    .map((attack) => ({ attack, ms: millisecondsOf(redact, [repeated(attack, shortAttack)], 1) }))
    .toSorted((a, b) => b.ms - a.ms)
    .slice(0, slowest)
    .map(({ attack }) => {
      const took = (length) => Math.min(...[1, 2, 3].map(() => millisecondsOf(redact, [repeated(attack, length)], 1)));
      return { attack, quarterMs: took(letters / 4), wholeMs: took(letters) };
    })
    .toSorted((a, b) => b.wholeMs - a.wholeMs);
}

/** Measures redaction; `quick` leaves the long texts out. */
export function benchRedact({ say, bar, report, quick }) {
  const figures = {};
  for (const [name, texts] of Object.entries(kindsOfText())) {
    const letters = texts.reduce((sum, { length }) => sum + length, 0);
    const times = Math.max(1, Math.round(1e6 / letters));
    const took = { former: [], present: [] };
    for (let round = -3; round < rounds; round++) {
      const former = millisecondsOf(formerRedact, texts, times);
      const present = millisecondsOf(redact, texts, times);
      if (round < 0) continue;
      took.former.push(former);
      took.present.push(present);
    }
    const [former, present] = [median(took.former), median(took.present)];
    figures[name] = { letters, formerMs: former, presentMs: present, ratio: present / former };
    const each = (ms) => `${((ms * 1e6) / letters).toFixed(1)} ns a letter`;
    say(`${name}: ${(letters / 1000).toFixed(0)} k letters, former ${each(former)}, present ${each(present)}`);
  }
  const sum = (key) => Object.values(figures).reduce((total, figure) => total + figure[key], 0);
  bar(
    "redaction beside the former one",
    sum("presentMs") / sum("formerMs"),
    3,
    sum("presentMs") / sum("formerMs") <= 3,
    "×",
  );
  const length = 200_000;
  const grown = growth(length);
  const [worst] = grown;
  say(`slowest of ${attacks.length} texts built against the rules, ${length / 4} and ${length} letters:`);
  for (const { attack, quarterMs, wholeMs } of grown.slice(0, 5)) {
    say(`  ${JSON.stringify(attack)}: ${quarterMs.toFixed(0)} ms, ${wholeMs.toFixed(0)} ms`);
  }
  if (!quick) {
    const times = [1, 2, 4, 8, 16].map((mb) => {
      const ms = millisecondsOf(redact, [repeated(worst.attack, mb * 1e6)], 1);
      return `${mb} MB ${(ms / 1000).toFixed(1)} s`;
    });
    say(`  the slowest of all in full: ${times.join(", ")}`);
  }
  report.redact = { figures, worst };
}
