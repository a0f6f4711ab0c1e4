// Measures the console on a pseudo-terminal of 160 by 45, beside whatever of its kind is on this machine.
import { spawnSync } from "node:child_process";
import { appendFileSync, cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { openPty } from "../../test/e2e/pty.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));
const size = { columns: 160, rows: 45 };
const median = (numbers) => numbers.toSorted((a, b) => a - b)[numbers.length >> 1];
const percentile = (numbers, share) =>
  numbers.toSorted((a, b) => a - b)[Math.min(numbers.length - 1, Math.floor(numbers.length * share))];
const ticksPerSecond = Number(spawnSync("getconf", ["CLK_TCK"], { encoding: "utf8" }).stdout) || 100;

function ticks(pid) {
  const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
  const [, , , , , , , , , , , user, system] = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  return Number(user) + Number(system);
}

function rssMb(pid) {
  return (Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1]) * 1024) / 1e6;
}

/** Waits until something holds on the screen, looking as often as the loop turns. */
async function seen(pty, holds, withinMs = 20_000) {
  const started = performance.now();
  while (!holds(pty)) {
    if (performance.now() - started > withinMs) throw new Error(`not within ${withinMs} ms\n${pty.text()}`);
    await new Promise((done) => setImmediate(done));
    await pty.settle();
  }
  return performance.now() - started;
}

const isDrawn = (pty) => pty.rows().filter((row) => row.trim() !== "").length >= 5;

async function idle(pty, forMs) {
  const [bytes, before] = [pty.raw().length, ticks(pty.pid)];
  await wait(forMs);
  return { bytes: pty.raw().length - bytes, cpu: ((ticks(pty.pid) - before) / ticksPerSecond / (forMs / 1000)) * 100 };
}

function writeLines(file, perSecond) {
  let [written, on] = [0, true];
  const started = performance.now();
  const timer = setInterval(() => {
    const due = Math.floor(((performance.now() - started) / 1000) * perSecond);
    let part = "";
    for (; written < due; written++) {
      part += `{"event":"routing_decision","timestamp":"${new Date().toISOString()}","turn":${written},"profile":"bench"}\n`;
    }
    if (on && part !== "") appendFileSync(file, part);
  }, 20);
  return () => {
    on = false;
    clearInterval(timer);
    return written;
  };
}

/** Key to changed cell: the level shown in the log's own row, while lines arrive. */
async function keyTimes(pty, presses) {
  const levels = ["debug", "info", "warn", "error"];
  const levelOf = () => /level (\w+)/.exec(pty.rows()[4] ?? "")?.[1];
  const took = [];
  for (let press = 0; press < presses; press++) {
    const next = levels[(levels.indexOf(levelOf()) + 1) % levels.length];
    const started = performance.now();
    pty.type("v");
    await seen(pty, () => levelOf() === next);
    took.push(performance.now() - started);
    await wait(40 + (press % 7) * 15);
  }
  return took;
}

/** What was written outside of synchronised updates since the first frame, modes aside. */
function outside(raw) {
  const lead = String.fromCharCode(27);
  const update = new RegExp(`${lead}\\[\\?2026h[\\s\\S]*?${lead}\\[\\?2026l`, "g");
  const mode = new RegExp(`${lead}\\[(?:\\?[\\d;]+[hl]|0m)`, "g");
  return raw.replace(update, "").replace(mode, "");
}

async function measure(program, home, seconds) {
  const pty = openPty([process.execPath, program, "tui", "--home", home], size);
  try {
    const firstFrameMs = await seen(pty, isDrawn);
    await seen(pty, (one) => one.text().includes("All well") || one.text().includes("Needs a look"));
    await pty.quiet(9000);
    const from = pty.raw().length;
    const quiet = await idle(pty, seconds * 1000);
    const rssIdle = rssMb(pty.pid);
    const log = join(home, "telemetry", "bench-events.jsonl");
    pty.type("5");
    await seen(pty, (one) => one.text().includes("following"));
    const stopSlow = writeLines(log, 1000);
    await wait(1000);
    const keys = await keyTimes(pty, 40);
    stopSlow();
    const stopFast = writeLines(log, 5000);
    await wait(1000);
    const flood = await keyTimes(pty, 25);
    const lines = stopFast();
    const after = pty.raw().slice(from);
    const frames = after.split("\u001b[?2026h").length - 1;
    return {
      firstFrameMs,
      idleBytes: quiet.bytes,
      idleCpu: quiet.cpu,
      rssIdle,
      keys,
      flood,
      lines,
      frames,
      rssFlood: rssMb(pty.pid),
      clears: after.split("\u001b[2J").length - 1,
      outside: outside(after).length,
    };
  } finally {
    await pty.stop();
  }
}

async function reference(command) {
  const pty = openPty([command], size);
  try {
    const firstFrameMs = await seen(pty, isDrawn);
    await wait(3000);
    const quiet = await idle(pty, 5000);
    return { firstFrameMs, ...quiet, rss: rssMb(pty.pid) };
  } finally {
    await pty.stop();
  }
}

/** Prints the figures; `bar` says each that has a bound. */
export async function benchTui({ say, bar, runs = 5, seconds = 10 }) {
  const program = join(root, "dist", "aistack.js");
  const results = [];
  for (let run = 0; run < runs; run++) {
    const home = mkdtempSync(join(tmpdir(), "aistack-bench-tui-"));
    try {
      mkdirSync(join(home, "telemetry"));
      cpSync(join(root, "fixtures/telemetry/hybrid-events.jsonl"), join(home, "telemetry/hybrid-events.jsonl"));
      results.push(await measure(program, home, seconds));
    } finally {
      rmSync(home, { recursive: true, force: true });
    }
  }
  const of = (name) => median(results.map((one) => one[name]));
  const keys = results.flatMap((one) => one.keys);
  const flood = results.flatMap((one) => one.flood);
  say(`console at ${size.columns}x${size.rows}, median of ${runs}:`);
  bar("first frame", of("firstFrameMs"), 400, of("firstFrameMs") <= 400, " ms");
  bar("idle bytes written", of("idleBytes"), 0, of("idleBytes") === 0, " B");
  bar("idle CPU", of("idleCpu"), 0.5, of("idleCpu") < 0.5, " %");
  bar("RSS idle", of("rssIdle"), 120, of("rssIdle") < 120, " MB");
  bar("RSS after the flood", of("rssFlood"), 120, of("rssFlood") < 120, " MB");
  bar("key to changed cell p95, 1,000 lines/s", percentile(keys, 0.95), 50, percentile(keys, 0.95) < 50, " ms");
  say(`           p50 ${percentile(keys, 0.5).toFixed(1)} ms, slowest ${Math.max(...keys).toFixed(1)} ms`);
  bar("slowest key, 5,000 lines/s", Math.max(...flood), 500, Math.max(...flood) < 500, " ms");
  say(`           p50 ${percentile(flood, 0.5).toFixed(1)} ms, p95 ${percentile(flood, 0.95).toFixed(1)} ms`);
  bar("full-screen clears after start", of("clears"), 0, of("clears") === 0);
  bar("bytes outside synchronised updates", of("outside"), 0, of("outside") === 0, " B");
  say(`  ${of("frames")} frames a run`);
  const there = ["btop", "mprocs", "lazydocker", "podman-tui", "htop", "top"].filter(
    (name) => spawnSync("which", [name]).status === 0,
  );
  for (const name of there) {
    const { firstFrameMs, bytes, cpu, rss } = await reference(name);
    say(
      `beside it, ${name}: first frame ${firstFrameMs.toFixed(0)} ms, ${bytes} bytes in 5 s, ` +
        `${cpu.toFixed(1)} % CPU, ${rss.toFixed(0)} MB`,
    );
  }
  return results;
}
