import { mkdirSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { afterEach, expect, test } from "vitest";
import { openEmbedded } from "../../src/engine/stores/sqlite.ts";
import { countEach, temporaryDirectory } from "../engine/telemetry/writing.ts";
import { endAll, learnedTasks, startAistack, startScript } from "./running.ts";

const kills = 1000;

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

test("a learner killed a thousand times while eight writers write and logs rotate learns each event exactly once", async () => {
  using directory = temporaryDirectory();
  const home = join(directory.path, "home");
  const telemetry = join(home, "telemetry");
  mkdirSync(telemetry, { recursive: true });
  const logs = ["ralph", "hybrid"].map((name) => join(telemetry, `${name}-events.jsonl`));
  const learn = ["learn", "--json", "--home", home];
  const programs = ["append.ts", "append.py", "append.sh", "append.py"];
  const writers = programs.flatMap((program, index) =>
    logs.map((log, at) =>
      startScript(program, [log, `w${index}${at}n`, program === "append.sh" ? "0.1" : "100"], directory.path),
    ),
  );
  const rotator = startScript("rotate.ts", logs, directory.path);
  let learnedBefore = 0;
  for (let kill = 0; kill < kills; kill++) {
    const once = kill % 2 === 0;
    const learner = startAistack(once ? [...learn, "--once"] : learn, directory.path);
    const atMs = kill % 3 === 0 ? Math.random() * 150 : 80 + Math.random() * 250;
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
  rotator.process.kill("SIGKILL");
  await rotator.ended;
  const last = startAistack([...learn, "--once"], directory.path);
  expect(await last.ended, last.complained()).toBe(0);

  const written = writers.flatMap((writer) => writer.said().trimEnd().split("\n")).toSorted();
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
  const responses = store.all("SELECT response, pattern_id FROM lessons");
  const torn = store.all("SELECT reason, count(*) AS n FROM bad_lines GROUP BY reason");
  const counted = Number(store.get("SELECT sum(count) AS n FROM tallies WHERE what = 'events'")?.n);
  store.close();
  expect(torn).toEqual([]);
  expect(counted, "each line is counted exactly once").toBe(written.length);
  for (const { response, pattern_id } of responses) {
    expect(response).toBe(`the work ${String(pattern_id).replace("task_", "")} is finished`);
  }
  const archives = readdirSync(join(telemetry, "archive")).length;
  process.stdout.write(`${kills} kills, ${written.length} events, ${archives} files in the archive\n`);
});
