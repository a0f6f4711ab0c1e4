// Measures the supervisor on real Podman: `up` beside the same commands in a shell script, what status asks, and idling.
import { spawn, spawnSync } from "node:child_process";
import { chmodSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { settings } from "../../src/engine/config.ts";
import { openBox } from "../../test/services/supervisor/own-podman.ts";
import { image } from "../../test/services/supervisor/services.ts";

const count = 12;
const ticksPerSecond = 100;
const median = (numbers) => numbers.toSorted((a, b) => a - b)[numbers.length >> 1];

/** Whether Podman can be measured here. */
export function hasPodman() {
  return spawnSync("podman", ["info"], { stdio: "ignore" }).status === 0 && spawnSync("busybox", ["true"]).status === 0;
}

function services() {
  const one = (at) => `  s${at}:
    image: ${image}
    command: [sh, -c, "trap 'exit 0' TERM; while :; do sleep 1 & wait; done"]
    stop_grace_period: 1s
    restart: unless-stopped
    mem_limit: 64m
    healthcheck: {test: [CMD, test, -e, /tmp], interval: 1s, timeout: 5s, retries: 3}
`;
  return Array.from({ length: count }, (_, at) => one(at)).join("");
}

// CPU of a process and of every child it has waited for or still has, seconds.
function cpuSeconds(pid) {
  const own = (id) => {
    const stat = readFileSync(`/proc/${id}/stat`, "utf8");
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    return { parent: Number(fields[1]), ticks: fields.slice(11, 15).reduce((sum, one) => sum + Number(one), 0) };
  };
  let ticks = own(pid).ticks;
  for (const id of readdirSync("/proc").filter((name) => /^\d+$/.test(name))) {
    try {
      const { parent, ticks: more } = own(id);
      if (parent === pid) ticks += more;
    } catch {
      // It ended meanwhile.
    }
  }
  return ticks / ticksPerSecond;
}

/** Runs the measurements; `bar` and `say` are the bench's own. */
export async function benchPodman({ work, program, quick, say, bar, report }) {
  const home = join(work, "stack");
  mkdirSync(home);
  const project = `bench${process.pid}`;
  writeFileSync(join(home, "aistack.yaml"), `name: ${project}\nservices:\n${services()}`);
  const calls = join(work, "podman-calls");
  const bin = join(work, "bin");
  mkdirSync(bin);
  const real = spawnSync("sh", ["-c", "command -v podman"], { encoding: "utf8" }).stdout.trim();
  writeFileSync(join(bin, "podman"), `#!/bin/sh\necho "$1" >>${calls}\nexec ${real} "$@"\n`);
  chmodSync(join(bin, "podman"), 0o755);
  const environment = { ...openBox().environment, NO_COLOR: "1" };
  const names = Array.from({ length: count }, (_, at) => `s${at}`);
  const timed = (command, args, env = environment) => {
    const started = performance.now();
    const { status, stdout, stderr } = spawnSync(command, args, { env, encoding: "utf8" });
    if (status !== 0) throw new Error(`${args.join(" ")} ended with ${status}: ${stderr}`);
    return { ms: performance.now() - started, stdout };
  };
  const aistack = (args, env) => timed(process.execPath, [program, ...args, "--home", home], env);
  const clear = () => aistack(["down", "--volumes", "--yes"]);
  try {
    const script = join(work, "up.sh");
    writeFileSync(script, `set -e\n${aistack(["up", ...names, "--dry-run"]).stdout}`);
    const ours = [];
    const theirs = [];
    for (let turn = 0; turn < (quick ? 1 : 3); turn++) {
      theirs.push(timed("sh", [script]).ms);
      clear();
      ours.push(aistack(["up", ...names]).ms);
      clear();
    }
    const ratio = median(ours) / median(theirs);
    say(
      `up of ${count} services: ${median(ours).toFixed(0)} ms; the same podman commands in sh: ${median(theirs).toFixed(0)} ms`,
    );
    bar("up to a shell script of its podman commands", ratio, 1.3, ratio <= 1.3);

    aistack(["up", ...names, "--wait"]);
    writeFileSync(calls, "");
    aistack(["status", "--json"], { ...environment, PATH: `${bin}:${environment.PATH}` });
    const asked = readFileSync(calls, "utf8").split("\n").filter(Boolean).length;
    bar(`podman calls of status with ${count} containers`, asked, 2, asked <= 2);

    const child = spawn(process.execPath, [program, "supervise", "--home", home], {
      env: environment,
      stdio: "ignore",
    });
    const ended = new Promise((done) => child.on("close", done));
    // Each service is checked a few times before it counts as settled.
    await pause(quick ? 25_000 : 40_000);
    const before = cpuSeconds(child.pid);
    const started = performance.now();
    // At least one comparison; they come every half minute at first, and every two minutes once nothing happens.
    await pause(quick ? 60_000 : 120_000);
    const share = ((cpuSeconds(child.pid) - before) / ((performance.now() - started) / 1000)) * 100;
    child.kill("SIGINT");
    await ended;
    // The checks of settled services are too rare for the window, so their share is worked out from what one costs.
    const idle = cpuSeconds(process.pid);
    for (const name of names) timed("podman", ["healthcheck", "run", `${project}-${name}`]);
    const checkSeconds = (cpuSeconds(process.pid) - idle) / count;
    const settled = settings["podman.settledHealthSeconds"].fallback;
    const checks = ((count * checkSeconds) / settled) * 100;
    const every = `a check of each every ${settled} s (${(checkSeconds * 1000).toFixed(0)} ms each)`;
    say(`idle supervision of ${count} services: ${share.toFixed(2)} % of one CPU, podman's children included`);
    say(`  and ${checks.toFixed(2)} % for ${every}; where systemd runs the checks, none`);
    bar("idle supervision CPU, checks included", share + checks, 0.5, share + checks < 0.5, " %");
    report.podman = { upMs: ours, scriptMs: theirs, statusCalls: asked, idlePercent: share, checksPercent: checks };
  } finally {
    clear();
  }
}
