import { appendFileSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { readReport } from "../../src/services/read-report.ts";
import { lessonLine } from "../engine/lists.ts";
import { mountDisk } from "../engine/telemetry/writing.ts";
import { aistack, aistackJson, startAistack, temporary, until } from "./running.ts";

const lines = (prefix: string, count: number, pad = "") =>
  Array.from({ length: count }, (_, index) => lessonLine(`${prefix}${index}`, pad)).join("");

/** A home whose telemetry directory holds one log. */
function place(): { home: string; log: string } {
  const home = temporary();
  mkdirSync(join(home, "telemetry"));
  const log = join(home, "telemetry", "ralph-events.jsonl");
  writeFileSync(log, "");
  return { home, log };
}

const set = (...pairs: string[]) => pairs.flatMap((pair) => ["--set", pair]);
const quick = set("learning.pollMs=20", "disk.minFreeBytes=0");
const live = (home: string) => {
  const seen = readReport(home);
  return seen?.live ? seen.report : null;
};

/** An embeddings server as the OpenAI interface describes it: 503 while it is `down`, 422 for texts with the `poison`. */
async function embeddingsServer() {
  const state = { down: false, poison: "", asked: 0, url: "" };
  const server = createServer((request, response) => {
    state.asked++;
    let text = "";
    request.on("data", (part) => {
      text += part;
    });
    request.on("end", () => {
      const { input } = JSON.parse(text);
      const data = input.map((_: string, index: number) => ({ index, embedding: [1, index + 1, 2, 3] }));
      const poisoned = state.poison !== "" && input.some((one: string) => one.includes(state.poison));
      response.writeHead(state.down ? 503 : poisoned ? 422 : 200, { "content-type": "application/json" });
      response.end(JSON.stringify(state.down ? { error: "down" } : { object: "list", data }));
    });
  });
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  onTestFinished(() => void server.close());
  const address: AddressInfo | string | null = server.address();
  state.url = `http://127.0.0.1:${typeof address === "object" ? address?.port : 0}`;
  return state;
}

const embeddings = (url: string) =>
  set(`embeddings.url=${url}`, "embeddings.model=small", "embeddings.dimensions=4", "breakers.openMs=60000");

describe("breakers on the command line", () => {
  test("nothing is said to be closed that was never used, and unknown names are told with those there are", () => {
    const { home } = place();
    const { breakers } = aistackJson(["breakers", "--home", home]);
    expect(breakers).toHaveLength(6);
    expect(new Set(breakers.map(({ state }: { state: string }) => state))).toEqual(new Set(["not used yet"]));
    for (const verb of ["trip", "reset"]) {
      const { status, stderr } = aistack(["breakers", verb, "quadrant", "--home", home]);
      expect(status).toBe(2);
      expect(stderr).toContain("There are: postgresql, qdrant, redis, embeddings, local_llm, remote_llm");
    }
  });

  test("without an engine a trip waits for the next one, and stays over its end", async () => {
    const { home, log } = place();
    appendFileSync(log, lines("a", 3));
    const { breaker, followedBy } = aistackJson(["breakers", "trip", "qdrant", "moving", "house", "--home", home]);
    expect([breaker.state, breaker.tripped, followedBy]).toEqual(["open", "moving house", null]);
    aistackJson(["learn", "--once", "--home", home, ...quick]);
    const saved = readFileSync(join(home, "breakers.json"), "utf8");
    expect(JSON.parse(saved).breakers).toMatchObject([{ name: "qdrant", phase: "open", tripped: "moving house" }]);
    const listed = aistackJson(["breakers", "--home", home]).breakers;
    expect(listed.find(({ name }: { name: string }) => name === "qdrant").state).toBe("open");
    expect(aistackJson(["breakers", "reset", "qdrant", "--home", home]).breaker.state).toBe("closed");
  });

  test("a server that fails opens its breaker; it is seen, reset and tripped from outside while the engine runs", async () => {
    const { home, log } = place();
    const server = await embeddingsServer();
    server.down = true;
    appendFileSync(log, lines("a", 3));
    const engine = startAistack([
      "learn",
      "--home",
      home,
      ...quick,
      ...embeddings(server.url),
      ...set("breakers.failures=2"),
    ]);
    await until(() => engine.text().includes("breaker embeddings: closed → open (2 failures in a row"));
    const watching = startAistack(["breakers", "--watch", "--json", "--home", home]);
    await until(() => live(home)?.breakers[0]?.state === "open");
    const { from, breakers } = aistackJson(["breakers", "--home", home]);
    expect(from).toBe("engine");
    expect(breakers[3]).toMatchObject({
      name: "embeddings",
      state: "open",
      tripped: null,
      lastError: expect.stringContaining("503"),
    });
    expect(Date.parse(breakers[3].retryAt)).toBeGreaterThan(Date.now());
    await until(() => live(home)?.sinks[2]?.waiting.includes("breaker is open") === true);
    const asked = server.asked;
    const { status } = aistack(["status", "--home", home]);
    expect(status).toBe(0);
    const sinks = aistackJson(["status", "--home", home]).sinks;
    expect(sinks[2]).toMatchObject({ name: "vectors", waiting: expect.stringContaining("breaker is open") });
    expect(sinks[0]).toMatchObject({ name: "rows", lagBytes: 0, waiting: null });
    expect(server.asked).toBe(asked);

    server.down = false;
    const started = performance.now();
    expect(aistackJson(["breakers", "reset", "embeddings", "--home", home]).followedBy.pid).toBe(engine.child.pid);
    await until(() => server.asked > asked, 1500);
    expect(performance.now() - started).toBeLessThan(2500);
    await until(() => live(home)?.sinks.every(({ lagBytes }) => lagBytes === 0) === true);
    expect(aistackJson(["breakers", "trip", "embeddings", "backup", "--home", home]).breaker.tripped).toBe("backup");
    await until(() => engine.text().includes("by hand: backup"));
    await until(() => watching.text().includes('"tripped":"backup"'));
    watching.child.kill("SIGINT");
    expect(await watching.ended).toBe(130);
    const seen = watching
      .text()
      .split("\n")
      .filter((line) => line.startsWith("{"))
      .map((line) => JSON.parse(line))
      .filter(({ name }) => name === "embeddings");
    expect(seen.every(({ schemaVersion }) => schemaVersion === 1)).toBe(true);
    expect(seen.map(({ state }) => state)).toEqual(expect.arrayContaining(["open", "closed"]));
    engine.child.kill("SIGINT");
    expect(await engine.ended).toBe(130);
  });

  test("learning once while a dependency stays away ends with 5, says what waits, and takes it the next time", async () => {
    const { home, log } = place();
    const server = await embeddingsServer();
    server.down = true;
    appendFileSync(log, lines("a", 5));
    const args = ["learn", "--once", "--home", home, ...quick, ...embeddings(server.url)];
    const away = startAistack([...args, ...set("learning.onceWaitMs=700")]);
    expect(await away.ended).toBe(5);
    expect(away.text()).toMatch(/what is left waits in the logs: vectors has not taken everything: for \d+ s .*503/);
    expect(away.text()).toContain("aistack learn --once");
    expect(aistackJson(["status", "--home", home]).kept).toMatchObject({ lessons: 5, pairs: 5, vectors: 0 });
    server.down = false;
    const back = startAistack(args);
    expect(await back.ended).toBe(0);
    expect(aistackJson(["status", "--home", home]).kept).toMatchObject({ lessons: 5, pairs: 5, vectors: 5 });
  });
});

test("a lesson that a sink refuses is listed with the sink and why, the rest goes on, and it can be offered again", async () => {
  const { home, log } = place();
  const server = await embeddingsServer();
  server.poison = "a7 ";
  appendFileSync(log, lines("a", 20));
  const args = ["--home", home, ...quick, ...embeddings(server.url)];
  const first = startAistack(["learn", "--once", ...args]);
  expect(await first.ended).toBe(0);
  expect(first.text()).toMatch(/vectors refused lesson [0-9a-f]{64}: .*422/);
  expect(aistackJson(["status", "--home", home]).kept).toMatchObject({ lessons: 20, pairs: 20, vectors: 19 });
  const { refused, badLines } = aistackJson(["learn", "--rejected", "--home", home]);
  expect(badLines).toEqual([]);
  expect(refused).toMatchObject([{ sink: "vectors", file: log, why: expect.stringContaining("422") }]);
  expect(refused[0].offset).toBe(Buffer.byteLength(lines("a", 7)));
  const replay = async () => {
    const { child, ended, text } = startAistack(["learn", "--replay", "--json", ...args]);
    expect([child.pid !== undefined, await ended]).toEqual([true, 0]);
    return JSON.parse(text()).refused;
  };
  expect(await replay()).toEqual({ taken: 0, stillRefused: 1, gone: 0 });
  server.poison = "";
  expect(await replay()).toEqual({ taken: 1, stillRefused: 0, gone: 0 });
  expect(aistackJson(["learn", "--rejected", "--home", home]).refused).toEqual([]);
  expect(aistackJson(["status", "--home", home]).kept).toMatchObject({ lessons: 20, vectors: 20 });
});

describe("backpressure and the user's own pause", () => {
  test("above the bound producers are refused and keep their events; below 80 % intake goes on by itself", async () => {
    const { home, log } = place();
    const args = ["learn", "--home", home, ...quick, ...set("backpressure.pauseBytes=200000")];
    const engine = startAistack(args);
    await until(() => live(home) !== null);
    expect(aistackJson(["pause", "a", "look", "--home", home]).paused.why).toBe("a look");
    await until(() => engine.text().includes("learning is paused by hand: a look"));
    appendFileSync(log, lines("a", 300, "x".repeat(700)));
    await until(() => live(home)?.pressure.intakePaused === true);
    await until(() => engine.text().includes("intake is paused"));

    const write = ["telemetry", "write", "--event", "task_submitted", "--home", home];
    const own = join(home, "telemetry", "aistack-events.jsonl");
    const refused = aistack([...write, "--json"]);
    expect(refused.status).toBe(5);
    const { error } = JSON.parse(refused.stdout);
    expect(error).toMatchObject({ code: "silent", retryAfterMs: 10_000 });
    expect(error.why).toMatch(/intake is paused since/);
    expect(error.hint).toMatch(/in 10 s, or at once with --force/);
    expect(() => readFileSync(own)).toThrow(/ENOENT/);
    expect(aistack([...write, "--force"]).status).toBe(0);
    expect(readFileSync(own, "utf8").split("\n")).toHaveLength(2);

    const status = aistackJson(["status", "--home", home]);
    expect(status.paused).toMatchObject({ why: "a look" });
    expect(status.backpressure).toMatchObject({ intakePaused: true, optionalPutOff: true, secondsLeft: null });
    expect(status.backpressure.backlogBytes).toBeGreaterThan(200_000);
    expect(status.report.stale).toBe(false);
    expect(status.sinks[0].waiting).toMatch(/paused by hand/);

    expect(aistackJson(["resume", "--home", home])).toMatchObject({ resumed: true });
    await until(() => live(home)?.pressure.intakePaused === false && live(home)?.pressure.backlogBytes === 0);
    expect(aistack(write).status).toBe(0);
    await until(() => live(home)?.sinks.every(({ lagBytes, events }) => lagBytes === 0 && events === 302) === true);
    const { checkpointAt, ...rows } = live(home)?.sinks[0] ?? {};
    expect(rows).toMatchObject({ name: "rows", measured: true, events: 302, lessons: 300 });
    expect(Date.parse(String(checkpointAt))).toBeLessThanOrEqual(Date.now());
    engine.child.kill("SIGINT");
    await engine.ended;
    expect(aistackJson(["status", "--home", home]).kept.lessons).toBe(300);
  });

  test("an engine that was killed keeps nobody out, and its report is marked as stale", async () => {
    const { home, log } = place();
    appendFileSync(log, lines("a", 300, "x".repeat(700)));
    aistackJson(["pause", "--home", home]);
    const engine = startAistack(["learn", "--home", home, ...quick, ...set("backpressure.pauseBytes=200000")]);
    await until(() => live(home)?.pressure.intakePaused === true);
    await until(() => aistack(["telemetry", "write", "--event", "x", "--home", home]).status === 5);
    engine.child.kill("SIGKILL");
    await engine.ended;
    expect(aistack(["telemetry", "write", "--event", "x", "--home", home]).status).toBe(0);
    const status = aistackJson(["status", "--home", home]);
    expect(status.report.stale).toBe(true);
    expect(status.backpressure.drainBytesPerSecond).toBe(null);
    expect(readReport(home)?.live).toBe(false);
    const once = aistack(["learn", "--once", "--home", home, ...quick]);
    expect(once.status).toBe(1);
    expect(once.stderr).toContain("Type: aistack resume");
  });

  test("a pause outlives a restart and is lifted once", () => {
    const { home } = place();
    aistackJson(["pause", "for", "the", "night", "--home", home]);
    expect(aistackJson(["status", "--home", home]).paused.why).toBe("for the night");
    expect(aistackJson(["resume", "--home", home])).toMatchObject({ resumed: true, was: { why: "for the night" } });
    expect(aistackJson(["resume", "--home", home])).toMatchObject({ resumed: false, was: null });
    expect(aistackJson(["status", "--home", home]).paused).toBe(null);
  });
});

describe("the disk", () => {
  test("learning stops before it is full, says so, and goes on by itself when there is room", async ({ skip }) => {
    const directory = temporary();
    const disk = mountDisk(directory, "24m");
    if (disk === null) return skip("this user may not mount a disk");
    onTestFinished(() => disk[Symbol.dispose]());
    const home = join(disk.path, "home");
    mkdirSync(home);
    const log = join(directory, "ralph-events.jsonl");
    const ballast = join(disk.path, "ballast");
    writeFileSync(log, lines("a", 10));
    const source = ["--source", log, "--home", home];
    const bound = set("learning.pollMs=20", "disk.minFreeBytes=12000000");
    const engine = startAistack(["learn", ...source, ...bound]);
    await until(() => live(home)?.sinks.every(({ events }) => events === 10) === true);
    writeFileSync(ballast, Buffer.alloc(16_000_000));
    await until(() => live(home)?.disk.stopped === true);
    const stopped = /disk: [\d.]+ MiB are free, 11.4 MiB must stay free; learning has stopped/;
    await until(() => stopped.test(engine.text()));
    appendFileSync(log, lines("b", 10));
    await until(() => (live(home)?.sinks[0]?.lagBytes ?? 0) > 0);
    const status = aistackJson(["status", ...source.slice(2), ...bound]);
    expect(status.disk).toMatchObject({ stopped: true, low: true, minFreeBytes: 12_000_000 });
    expect(status.sinks[0].waiting).toMatch(/stopped before the disk is full: \d+ MB are free, 12 MB must stay free/);
    expect(live(home)?.sinks[0]?.events).toBe(10);
    const busy = aistack(["learn", "--once", ...source.slice(2), ...bound]);
    expect(busy.stderr).toContain("looking only");
    rmSync(ballast);
    await until(() => live(home)?.sinks.every(({ events }) => events === 20) === true);
    expect(live(home)?.disk.stopped).toBe(false);
    engine.child.kill("SIGINT");
    await engine.ended;
  });

  test("learning once with too little room ends and says what to type", () => {
    const { home, log } = place();
    appendFileSync(log, lines("a", 3));
    const bound = set("disk.minFreeBytes=1000000000000000", "learning.onceWaitMs=300");
    const { status, stderr } = aistack(["learn", "--once", "--home", home, ...bound]);
    expect(status).toBe(1);
    expect(stderr).toMatch(/Learning has stopped before the disk is full/);
    expect(stderr).toContain("aistack config set disk.minFreeBytes BYTES");
  });
});
