// Measures in one run: the floor (split and parse), the engine end to end, the locked writer, the breakers, the
// backpressure check, the PostgreSQL store and a cold start. With --readme it also writes the figures into
// docs/measurements.md.
import { spawnSync } from "node:child_process";
import {
  closeSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readFileSync,
  readSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { openWriter } from "../src/engine/telemetry/write.ts";
import { benchBreakers } from "./bench/breakers.mjs";
import { writeCorpus } from "./bench/corpus.mjs";
import { benchFormer, formerTable } from "./bench/former.mjs";
import { benchPodman, hasPodman } from "./bench/podman.mjs";
import { benchPostgres } from "./bench/postgres.mjs";
import { benchPressure } from "./bench/pressure.mjs";
import { benchTable } from "./bench/table.mjs";

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    mb: { type: "string", default: "200" },
    quick: { type: "boolean" },
    json: { type: "boolean" },
    readme: { type: "boolean" },
  },
});
const bytes = (values.quick ? 20 : Number(values.mb)) * 1e6;
const root = fileURLToPath(new URL("..", import.meta.url));
const program = join(root, "dist", "aistack.js");
const work = mkdtempSync(join(tmpdir(), "aistack-bench-"));
const say = (text) => values.json || console.log(text);
const median = (numbers) => numbers.toSorted((a, b) => a - b)[numbers.length >> 1];
const percentile = (sorted, share) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))];

// Puts figures into their place in the documentation.
function writeFigures(name, figures) {
  const page = join(root, "docs", "measurements.md");
  const text = readFileSync(page, "utf8");
  const place = new RegExp(`<!-- ${name} -->[\\s\\S]*?<!-- /${name} -->`);
  if (!place.test(text)) throw new Error(`${page} has no place for the figures of ${name}`);
  writeFileSync(
    page,
    text.replace(place, () => `<!-- ${name} -->\n${figures}\n<!-- /${name} -->`),
  );
}

function floorSeconds(files) {
  const started = performance.now();
  const cpuBefore = process.cpuUsage();
  let parsed = 0;
  for (const file of files) {
    const fd = openSync(file, "r");
    const block = Buffer.allocUnsafe(256 * 1024);
    let rest = "";
    for (let read = readSync(fd, block); read > 0; read = readSync(fd, block)) {
      const lines = (rest + block.toString("utf8", 0, read)).split("\n");
      rest = lines.pop() ?? "";
      for (const line of lines) if (JSON.parse(line) !== undefined) parsed++;
    }
    closeSync(fd);
  }
  const { user, system } = process.cpuUsage(cpuBefore);
  return { seconds: (performance.now() - started) / 1000, cpuSeconds: (user + system) / 1e6, parsed };
}

function endToEnd(directory, interval) {
  const home = join(work, `home-${interval}`);
  const args = [program, "learn", "--once", "--json", "--home", home, "--source", join(directory, "*.jsonl")];
  const flags = ["--set", `learning.checkpointEvents=${interval}`];
  const measure = fileURLToPath(new URL("./bench/peak.mjs", import.meta.url));
  const started = performance.now();
  const child = spawnSync(process.execPath, ["--import", measure, ...args, ...flags], {
    encoding: "utf8",
    maxBuffer: 1e9,
    env: { ...process.env, NO_COLOR: "1" },
  });
  const seconds = (performance.now() - started) / 1000;
  if (child.status !== 0) throw new Error(`learn ended with ${child.status}: ${child.stderr}`);
  const result = JSON.parse(child.stdout);
  const [, peak, cpuMs] = /peak rss (\d+), cpu (\d+)/.exec(child.stderr) ?? [];
  return { home, seconds, cpuSeconds: Number(cpuMs) / 1000, result, peakBytes: Number(peak) * 1024 };
}

async function lockCosts() {
  const took = [];
  await using writer = openWriter(join(work, "lock-events.jsonl"));
  const event = { event_type: "routing_decision", local: true, profile: "default", ts: 1780116545.8 };
  for (let turn = 0; turn < 30_000; turn++) {
    const started = performance.now();
    if (writer.appendSync(event) === null) await writer.append(event);
    took.push((performance.now() - started) * 1000);
  }
  return took.slice(1000).toSorted((a, b) => a - b);
}

function coldStart(home) {
  const time = (args) => {
    const started = performance.now();
    const { status } = spawnSync(process.execPath, args, { stdio: "ignore" });
    if (status !== 0) throw new Error(`${args.join(" ")} ended with ${status}`);
    return performance.now() - started;
  };
  const bin = join(root, "bin", "aistack.js");
  time([bin, "status", "--json", "--home", home]);
  const empty = [];
  const status = [];
  for (let turn = 0; turn < 21; turn++) {
    empty.push(time(["-e", "0"]));
    status.push(time([bin, "status", "--json", "--home", home]));
  }
  return { emptyMs: median(empty), statusMs: median(status) };
}

const report = { bars: [] };
const bar = (name, measured, limit, met, unit = "") => {
  report.bars.push({ name, measured, limit, met });
  say(`  ${met ? "met    " : "NOT MET"}  ${name}: ${measured.toFixed(3)}${unit} (bar ${limit}${unit})`);
};

try {
  if (positionals.includes("tui")) {
    const { benchTui } = await import("./bench/tui.mjs");
    report.tui = await benchTui(values.quick ? { say, bar, runs: 1, seconds: 5 } : { say, bar });
    if (values.json) console.log(JSON.stringify(report));
    process.exit();
  }
  if (positionals.includes("redact")) {
    const { benchRedact } = await import("./bench/redact.mjs");
    benchRedact({ say, bar, report, quick: values.quick });
    if (values.json) console.log(JSON.stringify(report));
    process.exit();
  }
  if (positionals.includes("near")) {
    const { benchNear } = await import("./bench/near.mjs");
    await benchNear({ work, say, bar, report, quick: values.quick });
    if (values.json) console.log(JSON.stringify(report));
    process.exit();
  }
  const directory = join(work, "corpus");
  mkdirSync(directory);
  const corpus = writeCorpus(directory, bytes);
  const size = corpus.files.reduce((sum, file) => sum + statSync(file).size, 0);
  report.corpus = { bytes: size, lines: corpus.lines, shapes: corpus.shapes };
  say(`corpus: ${(size / 1e6).toFixed(1)} MB, ${corpus.lines} lines`);
  for (const [shape, lines] of Object.entries(corpus.shapes)) say(`  ${shape}: ${lines} lines`);

  if (positionals.includes("former")) {
    benchFormer({ work, program, directory, say, bar, report, pairs: values.quick ? 1 : 3 });
    if (values.readme) writeFigures("former", formerTable(report));
    if (values.json) console.log(JSON.stringify(report));
    rmSync(work, { recursive: true, force: true });
    process.exit();
  }
  const runs = [1, 2, 3].map(() => floorSeconds(corpus.files));
  const floors = runs.map(({ seconds }) => seconds);
  const floor = size / 1e6 / median(floors);
  const floorCpu = median(runs.map(({ cpuSeconds }) => cpuSeconds));
  report.floor = { mbPerSecond: floor, eventsPerSecond: corpus.lines / median(floors), cpuSeconds: floorCpu };
  say(
    `floor (read, split, JSON.parse): ${floor.toFixed(1)} MB/s, ${Math.round(corpus.lines / median(floors))} lines/s`,
  );

  report.endToEnd = {};
  let home = "";
  for (const [interval, limit] of [
    [1000, 0.2],
    [100, 0.08],
  ]) {
    const run = endToEnd(directory, interval);
    home = run.home;
    const { events, lessons, duplicates, checkpoints, checkpointMs, elapsedMs } = run.result;
    const mbPerSecond = size / 1e6 / run.seconds;
    const share = checkpointMs / elapsedMs;
    const figures = {
      mbPerSecond,
      eventsPerSecond: events / run.seconds,
      seconds: run.seconds,
      cpuSeconds: run.cpuSeconds,
    };
    report.endToEnd[interval] = {
      ...figures,
      events,
      lessons,
      duplicates,
      checkpoints,
      share,
      peakBytes: run.peakBytes,
    };
    say(
      `interval ${interval}: ${mbPerSecond.toFixed(1)} MB/s, ${Math.round(events / run.seconds)} events/s, ` +
        `${lessons} lessons, ${duplicates} duplicates, ${checkpoints} checkpoints, ` +
        `${(share * 100).toFixed(1)} % of the time on checkpoints, ` +
        `${run.cpuSeconds.toFixed(1)} s of processor (${(floorCpu / run.cpuSeconds).toFixed(3)} of the floor's pace), peak ${(run.peakBytes / 2 ** 20).toFixed(0)} MiB`,
    );
    bar(`end to end at interval ${interval} to floor`, mbPerSecond / floor, limit, mbPerSecond / floor >= limit);
    bar(`peak RSS at interval ${interval}`, run.peakBytes / 1e6, 300, run.peakBytes <= 300e6, " MB");
  }

  const costs = await lockCosts();
  const [p50, p99, max] = [percentile(costs, 0.5), percentile(costs, 0.99), costs.at(-1)];
  report.lock = { p50Us: p50, p99Us: p99, maxUs: max };
  say(`locked append: p50 ${p50.toFixed(1)} µs, p99 ${p99.toFixed(1)} µs, slowest ${max.toFixed(1)} µs`);
  bar("locked append p50", p50, 100, p50 <= 100, " µs");
  bar("locked append p99", p99, 100, p99 <= 100, " µs");

  await benchBreakers({ say, bar, report });
  benchPressure({ work, say, bar, report });
  await benchPostgres({ work, say, bar, report, lessons: values.quick ? 2000 : 10_000 });

  const cold = coldStart(home);
  report.cold = cold;
  say(`cold start: aistack status --json ${cold.statusMs.toFixed(1)} ms, node -e 0 ${cold.emptyMs.toFixed(1)} ms`);
  bar("status --json to node -e 0", cold.statusMs / cold.emptyMs, 2.5, cold.statusMs / cold.emptyMs <= 2.5);
  if (hasPodman()) await benchPodman({ work, program, quick: values.quick, say, bar, report });
  else say("podman: not measured; type: apt-get install podman runc netavark aardvark-dns iptables busybox-static");
  if (values.json) console.log(JSON.stringify(report));
  if (values.readme) writeFigures("bench", benchTable(report));
} finally {
  rmSync(work, { recursive: true, force: true });
}
