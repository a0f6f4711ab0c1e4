import { spawnSync } from "node:child_process";
import { symlinkSync } from "node:fs";
import { loadavg } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { machineLine } from "./table.mjs";

const root = fileURLToPath(new URL("../..", import.meta.url));
const measure = fileURLToPath(new URL("./peak.mjs", import.meta.url));
/** The last build before turns were held and everything was redacted anew; with one thread, as this one has. */
const formerRevision = "b17b726";
const median = (numbers) => numbers.toSorted((a, b) => a - b)[numbers.length >> 1];

function run(command, args, cwd) {
  const { status, stderr, stdout } = spawnSync(command, args, { cwd, encoding: "utf8", maxBuffer: 1e9 });
  if (status !== 0) throw new Error(`${command} ${args.join(" ")} ended with ${status}: ${stderr}`);
  return { stderr, stdout };
}

function buildFormer(work, revision) {
  const tree = join(work, "former");
  run("git", ["clone", "--quiet", "--shared", "--no-checkout", root, tree], root);
  run("git", ["checkout", "--quiet", revision], tree);
  symlinkSync(join(root, "node_modules"), join(tree, "node_modules"));
  run(process.execPath, ["scripts/build.mjs"], tree);
  return join(tree, "dist", "aistack.js");
}

function learn(program, home, directory, flags) {
  const args = ["--import", measure, program, "learn", "--once", "--json", "--home", home];
  const { stderr, stdout } = run(process.execPath, [...args, "--source", join(directory, "*.jsonl"), ...flags], root);
  const [, peak, cpuMs] = /peak rss (\d+), cpu (\d+)/.exec(stderr) ?? [];
  return { cpuSeconds: Number(cpuMs) / 1000, peakMb: (Number(peak) * 1024) / 1e6, lessons: JSON.parse(stdout).lessons };
}

/** The figures of this build beside the former one as a table. */
export function formerTable({ corpus, former }) {
  const rows = [1000, 100].map((interval) => {
    const { cpuSeconds, formerCpuSeconds, lessons, formerLessons, ratio } = former[interval];
    const times = `${cpuSeconds.toFixed(1)} s | ${formerCpuSeconds.toFixed(1)} s`;
    const verdict = `≤ 1.4 (${ratio <= 1.4 ? "met" : "not met"})`;
    return `| ${interval} events | ${times} | ${ratio.toFixed(2)} | ${verdict} | ${lessons}, former ${formerLessons} |`;
  });
  return [
    machineLine(corpus),
    "",
    "| a checkpoint every | processor time | of the former build | ratio | bar | lessons |",
    "| --- | --- | --- | --- | --- | --- |",
    ...rows,
  ].join("\n");
}

/** Learns the same corpus with the former build and with this one, in interleaved pairs, at both checkpoint intervals. */
export function benchFormer({ work, program, directory, say, bar, report, pairs, revision = formerRevision }) {
  let former;
  try {
    former = buildFormer(work, revision);
  } catch (error) {
    say(`former build: not measured (${error.message.trim()}); it needs a checkout with its history`);
    return;
  }
  report.former = { load: loadavg()[0] };
  say(`load of the machine before: ${loadavg()[0].toFixed(2)}`);
  for (const interval of [1000, 100]) {
    const own = ["--set", `learning.checkpointEvents=${interval}`];
    const [before, now] = [[], []];
    for (let pair = 0; pair < pairs; pair++) {
      before.push(
        learn(former, join(work, `former-${interval}-${pair}`), directory, [...own, "--set", "learning.aheadBytes=0"]),
      );
      now.push(learn(program, join(work, `now-${interval}-${pair}`), directory, own));
    }
    const cpu = (runs) => median(runs.map(({ cpuSeconds }) => cpuSeconds));
    const [was, is] = [cpu(before), cpu(now)];
    const peak = median(now.map(({ peakMb }) => peakMb));
    report.former[interval] = {
      formerCpuSeconds: was,
      cpuSeconds: is,
      lessons: now[0].lessons,
      formerLessons: before[0].lessons,
      peakMb: peak,
      ratio: is / was,
    };
    say(
      `interval ${interval}: ${is.toFixed(2)} s of processor, the former build ${was.toFixed(2)} s ` +
        `(medians of ${pairs} pairs); ${now[0].lessons} lessons, former ${before[0].lessons}; peak ${peak.toFixed(0)} MB`,
    );
    bar(`processor time at interval ${interval} to the former build`, is / was, 1.4, is / was <= 1.4);
  }
}
