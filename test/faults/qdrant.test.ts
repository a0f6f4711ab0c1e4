import { appendFileSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import { afterEach, expect, test } from "vitest";
import { openEmbeddedStore } from "../../src/engine/stores/sqlite-store.ts";
import { counted } from "../counts.ts";
import { countEach, temporaryDirectory, until } from "../engine/telemetry/writing.ts";
import { Points } from "../stand-ins/qdrant-points.ts";
import { startQdrantProcess } from "../stand-ins/qdrant-process.ts";
import { openFaultProxy } from "./proxy.ts";
import { endAll, learnedTasks, openDice, type Running, sessionLines, sessionsEnd, startAistack } from "./running.ts";

const events = counted(70_000, 200_000);
const kills = counted(20, 50);
const stops = counted(7, 20);
const cuts = counted(63, 200);
const learnerKills = counted(10, 30);
const recoverMs = 60_000;

afterEach(endAll);

// Different words in every task, so that no lesson is nearly another.
function taskLine(name: string, dice: () => number): string {
  const words = Array.from({ length: 10 }, () => Math.floor(dice() * 36 ** 6).toString(36)).join(" ");
  const prompt = `please finish the piece of work called ${name} now, with ${words}`;
  const task = { task_id: name, prompt, output: `the work ${name} is finished`, iteration: 1, backend: "aider" };
  return `${JSON.stringify({ event: "task_completed", task_id: name, status: "completed", total_iterations: 1, task })}\n`;
}

function shuffled<T>(list: readonly T[], dice: () => number): T[] {
  return list
    .map((one) => ({ one, at: dice() }))
    .toSorted((a, b) => a.at - b.at)
    .map(({ one }) => one);
}

test(`a Qdrant stand-in killed ${kills} times, stopped ${stops} times and cut off ${cuts} times, with learner kills mixed in, has each of ${events} lessons exactly once and nothing that was rejected, and no other sink waits for it`, async () => {
  using directory = temporaryDirectory();
  const home = join(directory.path, "home");
  const telemetry = join(home, "telemetry");
  mkdirSync(telemetry, { recursive: true });
  const log = join(telemetry, "ralph-events.jsonl");
  const kept = join(directory.path, "qdrant");
  await using server = await startQdrantProcess({ directory: kept });
  await using proxy = await openFaultProxy({ port: server.port });
  const settings = Object.entries({
    "qdrant.url": `http://${proxy.host}:${proxy.port}`,
    "qdrant.timeoutMs": 1000,
    "breakers.openMs": 300,
    "learning.checkpointEvents": 400,
    "learning.pollMs": 50,
    "learning.turnIdleMs": 20,
    "rotation.checkMinutes": null,
  }).flatMap(([key, value]) => ["--set", `${key}=${value}`]);
  const startLearner = (...more: string[]): Running =>
    startAistack(["learn", "--home", home, ...settings, ...more], directory.path);

  const dice = openDice(7);
  const faults = shuffled(
    [...Array(kills).fill("kill"), ...Array(stops).fill("stop"), ...Array(cuts).fill("cut")],
    dice,
  );
  const perFault = Math.ceil(events / (faults.length + 1));
  let written = 0;
  let bytes = 0;
  let rounds = 0;
  const write = (count: number) => {
    let text = "";
    for (const end = Math.min(events, written + count); written < end; written++) text += taskLine(`q${written}`, dice);
    text += sessionLines(rounds++);
    appendFileSync(log, text);
    bytes += Buffer.byteLength(text);
  };

  write(perFault);
  const first = startLearner("--once");
  expect(await first.ended, first.complained()).toBe(0);
  let learner = startLearner();
  const store = openEmbeddedStore(join(home, "aistack.db"), { readOnly: true });
  let places: { sink: string; offset: number }[] = [];
  const look = async () => {
    places = await store.places();
  };
  function caughtUp(sinks: readonly string[]): boolean {
    return sinks.every((sink) => places.some((place) => place.sink === sink && place.offset === bytes));
  }
  const others = ["rows", "dataset", "neighbours"];
  const settle = async (sinks: readonly string[], why: string) => {
    const end = performance.now() + recoverMs;
    for (await look(); !caughtUp(sinks); await look()) {
      if (performance.now() > end) throw new Error(`${sinks} did not catch up ${why}: ${learner.complained()}`);
      await new Promise((done) => setTimeout(done, 20));
    }
  };
  const briefly = (ms: number) => new Promise((done) => setTimeout(done, dice() * ms));

  let waited = 0;
  let cut = 0;
  const outage = async (fault: string, begin: () => Promise<void> | void, end: () => Promise<void> | void) => {
    await begin();
    await settle(others, `while Qdrant was away (${fault})`);
    if (!caughtUp(["vectors"])) waited++;
    await end();
  };
  for (const [index, fault] of faults.entries()) {
    write(perFault);
    await briefly(60);
    if (index % Math.floor(faults.length / learnerKills) === 0) {
      learner.process.kill("SIGKILL");
      await learner.ended;
      learner = startLearner();
      await briefly(600);
    }
    if (fault === "kill") await outage(fault, server.kill, server.start);
    else if (fault === "stop") await outage(fault, server.freeze, server.thaw);
    else {
      await until(() => proxy.cut() > 0, recoverMs);
      cut++;
    }
    await settle([...others, "vectors"], `after fault ${index} (${fault})`);
  }
  const { taught, rejected, lines } = sessionsEnd(rounds);
  const lessons = events + taught.length;
  // The last turns are decided once nothing has followed them for a while, by each sink for itself.
  const qdrantPoints = async () => {
    const points = await fetch(`http://127.0.0.1:${server.port}/collections/interaction-history`);
    const { result }: { result: { points_count: number } } = JSON.parse(await points.text());
    return result.points_count;
  };
  const end = performance.now() + recoverMs;
  for (let counts = await store.counts(); ; counts = await store.counts()) {
    const found = [counts.lessons, counts.measured, counts.pairs, taught.length - (await qdrantPoints())];
    if (`${found}` === `${[lessons, lessons, lessons, 0]}`) break;
    if (performance.now() > end) throw new Error(`${found} in the end, not ${lessons}: ${learner.complained()}`);
    await new Promise((done) => setTimeout(done, 20));
  }
  const counted = Object.values(await store.tallies()).reduce((sum, one) => sum + one.events, 0);
  const negatives = (await store.negatives(0, 1000)).map(({ prompt }) => /called (\S+) now/.exec(prompt)?.[1]);
  expect(negatives).toEqual(rejected);
  await store.close();
  learner.process.kill("SIGINT");
  await learner.ended;
  await server.kill();

  const collections = Points.openAll(join(kept, "collections"));
  const payloads = [...collections.values()].flatMap((points) => points.ids().map((id) => points.payloadOf(id)));
  for (const points of collections.values()) points.close();
  const points = payloads.map((payload) => /called (\S+) now/.exec(JSON.stringify(payload))?.[1] ?? "unknown");
  const { rows, dataset } = learnedTasks(home);
  const wanted = [...Array.from({ length: events }, (_, index) => `q${index}`), ...taught];
  for (const [where, tasks] of Object.entries({ rows, dataset, points })) {
    const often = countEach(tasks);
    const lost = wanted.filter((name) => !often.has(name));
    const twice = [...often].filter(([, times]) => times > 1);
    expect([where, lost, twice, tasks.length]).toEqual([where, [], [], lessons]);
  }
  expect([written, counted, cut, server.violations()]).toEqual([events, events + lines, cuts, ""]);
  expect(waited, "outages in which the vectors waited and nothing else did").toBeGreaterThan((kills + stops) / 2);
  process.stdout.write(
    `${events + lines} events, ${rejected.length} rejections, ${kills} kills, ${stops} stops, ${cut} cuts, ${learnerKills} learner kills, vectors alone waited in ${waited} outages\n`,
  );
});
