import { mkdirSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { afterEach, expect, test } from "vitest";
import { openEmbedded } from "../../src/engine/stores/sqlite.ts";
import { counted } from "../counts.ts";
import { countEach, temporaryDirectory } from "../engine/telemetry/writing.ts";
import { betterWork, endAll, learnedTasks, openDice, sessionsEnd, startAistack, startScript } from "./running.ts";

const kills = counted(330, 1000);

afterEach(endAll);

// Two rotations never run at once in one archive: the second is told to wait.
async function rotateAll(home: string, userHome: string): Promise<void> {
  for (let attempts = 0; ; attempts++) {
    const rotated = startAistack(["rotate", "--force", "--json", "--home", home], userHome);
    if ((await rotated.ended) === 0) return;
    expect(rotated.complained()).toMatch(/another rotation is under way/);
    expect(attempts).toBeLessThan(100);
  }
}

test(`a learner killed ${kills} times while eight writers write and logs rotate learns each event exactly once, and nothing that is rejected later`, async () => {
  using directory = temporaryDirectory();
  const home = join(directory.path, "home");
  const telemetry = join(home, "telemetry");
  mkdirSync(telemetry, { recursive: true });
  const logs = ["ralph", "hybrid"].map((name) => join(telemetry, `${name}-events.jsonl`));
  const transcripts = join(directory.path, ".claude/projects/one");
  mkdirSync(transcripts, { recursive: true });
  const settings = ["telemetry.claudeCode=true", "learning.turnIdleMs=0"].flatMap((pair) => ["--set", pair]);
  const learn = ["learn", "--json", "--home", home, ...settings];
  const programs = ["append.ts", "append.py", "append.sh", "append.py"];
  const writers = programs.flatMap((program, index) =>
    logs.map((log, at) =>
      startScript(program, [log, `w${index}${at}n`, program === "append.sh" ? "0.1" : "100"], directory.path),
    ),
  );
  const sessions = startScript("sessions.ts", [join(transcripts, "session.jsonl"), "150"], directory.path);
  const rotator = startScript("rotate.ts", logs, directory.path);
  const dice = openDice(11);
  let learnedBefore = 0;
  for (let kill = 0; kill < kills; kill++) {
    const once = kill % 2 === 0;
    const learner = startAistack(once ? [...learn, "--once"] : learn, directory.path);
    const atMs = kill % 3 === 0 ? dice() * 150 : 80 + dice() * 250;
    await new Promise((done) => setTimeout(done, atMs));
    learner.process.kill("SIGKILL");
    await learner.ended;
    if (kill % 50 === 49) {
      await rotateAll(home, directory.path);
      expect((await startAistack([...learn, "--once"], directory.path).ended) === 0).toBe(true);
      const store = openEmbedded(join(home, "aistack.db"), { readOnly: true });
      const lessons = Number(store.get("SELECT count(*) AS n FROM lessons")?.n);
      store.close();
      expect(lessons, "learning goes on after the kills").toBeGreaterThan(learnedBefore);
      learnedBefore = lessons;
    }
  }
  for (const writer of writers) writer.process.stdin?.end();
  for (const writer of writers) expect(await writer.ended, writer.complained()).toBe(0);
  sessions.process.stdin?.end();
  expect(await sessions.ended, sessions.complained()).toBe(0);
  rotator.process.kill("SIGKILL");
  await rotator.ended;
  const last = startAistack([...learn, "--once"], directory.path);
  expect(await last.ended, last.complained()).toBe(0);

  const { taught, rejected, lines } = sessionsEnd(sessions.said().trimEnd().split("\n").length);
  const tasks = writers.flatMap((writer) => writer.said().trimEnd().split("\n"));
  const written = [...tasks, ...taught].toSorted();
  expect(new Set(written).size).toBe(written.length);
  const learned = learnedTasks(home);
  for (const [where, tasks] of Object.entries(learned)) {
    const often = countEach(tasks);
    expect(
      written.filter((id) => !often.has(id)),
      `missing in ${where}`,
    ).toEqual([]);
    expect(
      [...often].filter(([, times]) => times > 1),
      `twice in ${where}`,
    ).toEqual([]);
    expect(tasks.length, `unknown in ${where}`).toBe(written.length);
  }
  const store = openEmbedded(join(home, "aistack.db"), { readOnly: true });
  const responses = store.all("SELECT response, prompt FROM lessons");
  const torn = store.all("SELECT reason, count(*) AS n FROM bad_lines GROUP BY reason");
  const counted = Number(store.get("SELECT sum(count) AS n FROM tallies WHERE what = 'events'")?.n);
  const negatives = store.all("SELECT prompt, chosen FROM negatives ORDER BY seq");
  const withdrawn = store.get("SELECT sum(count) AS n FROM tallies WHERE what = 'rejected' AND reason = 'withdrawn'");
  store.close();
  expect(negatives.map(({ prompt }) => /called (\S+) now/.exec(String(prompt))?.[1])).toEqual(rejected);
  expect(negatives.filter(({ chosen }) => !String(chosen).startsWith(betterWork))).toEqual([]);
  expect(Number(withdrawn?.n), "some were taught before they were rejected").toBeGreaterThan(0);
  expect(torn).toEqual([]);
  expect(counted, "each line is counted exactly once").toBe(tasks.length + lines);
  for (const { response, prompt } of responses) {
    expect(response).toBe(`the work ${/called (\S+) now/.exec(String(prompt))?.[1]} is finished`);
  }
  const archives = readdirSync(join(telemetry, "archive")).length;
  process.stdout.write(
    `${kills} kills, ${tasks.length + lines} events, ${rejected.length} rejections, ${archives} files in the archive\n`,
  );
});
