import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test, vi } from "vitest";
import { planted } from "../engine/learning/planted.ts";
import { needs } from "../parts.ts";
import { makeCertificate } from "../stand-ins/certificates.ts";
import type { StandInOptions } from "../stand-ins/qdrant.ts";
import { type QdrantProcess, startQdrantProcess } from "../stand-ins/qdrant-process.ts";
import { aistack, aistackJson, fixtures, startAistack, temporary, until } from "./running.ts";

const samples = ["--source", join(fixtures, "telemetry/*.jsonl"), "--source", join(fixtures, "transcripts/*.jsonl")];
const lessonCollections = ["skills-patterns", "error-solutions", "interaction-history"];

const inQdrant = (url: string, ...more: string[]) => ["--set", `qdrant.url=${url}`, ...more];
const impatient = ["--set", "learning.onceWaitMs=300", "--set", "learning.slowRetryMs=100"];

async function pointsOf(server: QdrantProcess): Promise<number> {
  const counts = await Promise.all(lessonCollections.map((name) => server.count(name)));
  return counts.reduce((sum, one) => sum + one, 0);
}

function start(options: Partial<StandInOptions> = {}, headers: Record<string, string> = {}): Promise<QdrantProcess> {
  const { refusePayload: _, ...others } = options;
  return startQdrantProcess({ directory: temporary(), ...others }, headers);
}

function checkOf(answer: { stdout: string }, name: string) {
  const { checks } = JSON.parse(answer.stdout);
  return checks.find((check: { name: string }) => check.name === name);
}

function failedOf(answer: { stdout: string }) {
  const { checks } = JSON.parse(answer.stdout);
  return checks.find(({ name, verdict }: Record<string, string>) => name?.startsWith("qdrant") && verdict === "failed");
}

describe("with vectors in the Qdrant stand-in", () => {
  test("learning once makes a point of each lesson, and learning again adds none", async () => {
    await using server = await start();
    const home = temporary();
    const settings = inQdrant(server.url);
    const first = aistackJson(["learn", "--once", "--home", home, ...samples, ...settings]);
    expect([first.lessons, await pointsOf(server)]).toEqual([22, 22]);
    expect(first.sinks.map(({ lagBytes }: { lagBytes: number }) => lagBytes)).toEqual([0, 0, 0, 0]);
    const again = aistackJson(["learn", "--once", "--home", home, ...samples, ...settings]);
    expect([again.events, await pointsOf(server)]).toEqual([0, 22]);
    const anew = aistackJson(["learn", "--once", "--rebuild-vectors", "--home", home, ...samples, ...settings]);
    expect([anew.events, await pointsOf(server)]).toEqual([0, 22]);
  });

  test("a search by likeness asks Qdrant, and the doctor tells version and points", async () => {
    await using server = await start();
    const home = temporary();
    const settings = inQdrant(server.url, "--set", "qdrant.collectionPrefix=mine-");
    aistackJson(["learn", "--once", "--home", home, ...samples, ...settings]);
    const [{ id, prompt }] = aistackJson(["dataset", "list", "--limit", "1", "--home", home]).lessons;
    const { lessons } = aistackJson(["dataset", "list", "--like", prompt, "--limit", "3", "--home", home, ...settings]);
    expect(lessons.map((lesson: { id: string }) => lesson.id)).toContain(id);
    expect(lessons[0].distance).toBeLessThan(lessons[2].distance);
    // The store of rows has no vectors of its own, so without Qdrant nothing is alike.
    expect(aistackJson(["dataset", "list", "--like", prompt, "--home", home]).lessons).toEqual([]);
    const doctor = aistack(["doctor", "--json", "--home", home, ...settings]);
    expect(checkOf(doctor, "qdrant")).toMatchObject({ verdict: "ok", found: `1.16.2 at ${server.url}` });
    expect(checkOf(doctor, "qdrant vectors").found).toMatch(/\d+ in mine-skills-patterns/);
    const without = aistack(["doctor", "--json", "--home", home]);
    expect(checkOf(without, "vectors")).toMatchObject({ verdict: "warning" });
    expect(checkOf(without, "vectors").hint).toContain("--rebuild-vectors");
  });

  test("a server that is away delays only the vectors; once it is back they are made, and each once", async () => {
    await using server = await start();
    await server.kill();
    const home = temporary();
    const settings = [...inQdrant(server.url), ...impatient, "--set", "breakers.failures=1"];
    const away = aistack(["learn", "--once", "--json", "--home", home, ...samples, ...settings]);
    expect([away.status, JSON.parse(away.stdout).error.code]).toEqual([5, "dependency"]);
    expect(away.stderr).toMatch(/vectors.*ECONNREFUSED.*qdrant\.url/s);
    const status = aistackJson(["status", "--home", home, ...settings]);
    expect(status).toMatchObject({ kept: { lessons: 22, pairs: 22, vectors: null }, vectorsIn: server.url });
    await server.start();
    const breaker = () =>
      aistackJson(["breakers", "--home", home]).breakers.find(({ name }: { name: string }) => name === "qdrant");
    expect(breaker()).toMatchObject({ state: "open", lastError: expect.stringContaining("ECONNREFUSED") });
    expect(aistack(["breakers", "reset", "qdrant", "--home", home]).status).toBe(0);
    aistackJson(["learn", "--once", "--home", home, ...samples, ...settings]);
    expect(await pointsOf(server)).toBe(22);
  });

  test("a running learner goes on with all else while Qdrant is too old, and makes the vectors once it is new", async () => {
    const directory = temporary();
    const old = await start({ directory, version: "1.15.0" });
    const home = temporary();
    const source = ["--source", join(fixtures, "telemetry/*.jsonl")];
    const learner = startAistack(["learn", "--home", home, ...source, ...inQdrant(old.url), ...impatient]);
    await until(() => learner.text().includes("version 1.15.0"));
    const kept = () => aistackJson(["status", "--home", home]).kept;
    await until(() => kept().pairs > 0 && kept().pairs === kept().lessons);
    await old.kill();
    await using server = await start({ directory, port: old.port });
    await vi.waitFor(async () => expect(await pointsOf(server)).toBe(kept().lessons), { timeout: 20_000 });
    learner.child.kill("SIGINT");
    expect(await learner.ended).toBe(130);
    expect(old.violations()).toBe("");
  });

  test("a Qdrant that comes after a thousand lessons gets every one of them", async () => {
    await using server = await start();
    const home = temporary();
    const telemetry = join(home, "telemetry");
    mkdirSync(telemetry);
    const line = (index: number) => ({
      event: "task_completed",
      task_id: `t${index}`,
      status: "completed",
      total_iterations: 1,
      task: {
        prompt: `Please make the report number ${index} now`,
        output: `The report ${index} is made`,
        iteration: 1,
      },
    });
    const lines = Array.from({ length: 1000 }, (_, index) => `${JSON.stringify(line(index))}\n`);
    writeFileSync(join(telemetry, "ralph-events.jsonl"), lines.join(""));
    expect(aistackJson(["learn", "--once", "--home", home]).lessons).toBe(1000);
    const { stderr, status } = aistack(["learn", "--once", "--home", home, ...inQdrant(server.url)]);
    expect([status, stderr]).toEqual([0, expect.stringContaining("the vectors of 1000 lessons were made")]);
    expect(await server.count("skills-patterns")).toBe(1000);
  });
});

describe("what is wrong with the Qdrant stand-in is told by the doctor and the learner, with what to type", () => {
  const cases: [string, Partial<StandInOptions>, RegExp, RegExp][] = [
    ["no key", { apiKey: "right" }, /401/, /AISTACK_SECRET_QDRANT_API_KEY/],
    ["a version that is too old", { version: "1.9.7" }, /version 1\.9\.7/, /qdrant\/qdrant:v1\.16\.2/],
  ];
  test.each(cases)("%s", async (_what, options, why, hint) => {
    await using server = await start(options);
    const home = temporary();
    const doctor = aistack(["doctor", "--json", "--home", home, ...inQdrant(server.url)]);
    const { found, hint: typed } = failedOf(doctor);
    expect([found, typed]).toEqual([expect.stringMatching(why), expect.stringMatching(hint)]);
    const learned = aistack(["learn", "--once", "--home", home, ...samples, ...inQdrant(server.url), ...impatient]);
    expect([learned.status, learned.stderr]).toEqual([5, expect.stringMatching(why)]);
    expect(learned.stderr).toMatch(hint);
    expect(aistackJson(["status", "--home", home]).kept).toMatchObject({ lessons: 22, pairs: 22 });
  });

  test("the key is looked up by its name and shown nowhere", async () => {
    const apiKey = "s3cr3t-of-this-test";
    await using server = await start({ apiKey }, { "api-key": apiKey });
    const home = temporary();
    const env = { AISTACK_SECRET_QDRANT_API_KEY: apiKey };
    const learned = aistack(["learn", "--once", "--home", home, ...samples, ...inQdrant(server.url)], { env });
    const doctor = aistack(["doctor", "--json", "--home", home, ...inQdrant(server.url)], { env });
    expect([learned.status, checkOf(doctor, "qdrant").verdict, await pointsOf(server)]).toEqual([0, "ok", 22]);
    const wrong = { AISTACK_SECRET_QDRANT_API_KEY: "wr0ng-of-this-test" };
    const refused = aistack(["doctor", "--json", "--home", home, ...inQdrant(server.url)], { env: wrong });
    expect(failedOf(refused).found).toContain("Invalid API key");
    const said = [learned, doctor, refused].map(({ stdout, stderr }) => stdout + stderr).join("\n");
    expect(said).not.toMatch(/-of-this-test/);
    expect(said).not.toContain("unsecure");
  });

  test("no planted secret reaches it", async () => {
    const directory = temporary();
    await using server = await start({ directory });
    const home = temporary();
    const log = join(home, "ralph-events.jsonl");
    const line = (text: string, index: number) => ({
      event: "task_completed",
      task_id: `${index} ${text}`,
      status: "completed",
      total_iterations: 1,
      task: { prompt: `How to use this in number ${index}: ${text}`, output: `Put it there: ${text}`, backend: text },
    });
    writeFileSync(log, planted.map(({ text }, index) => `${JSON.stringify(line(text, index))}\n`).join(""));
    aistackJson(["learn", "--once", "--home", home, "--source", log, ...inQdrant(server.url)]);
    expect(await server.count("skills-patterns")).toBeGreaterThan(5);
    const kept = readdirSync(directory, { recursive: true, encoding: "utf8" })
      .map((name) => join(directory, name))
      .filter((file) => statSync(file).isFile())
      .map((file) => readFileSync(file, "latin1"))
      .join("");
    expect(kept).toContain("How to use this in number");
    for (const { kind, secret } of planted) expect([kind, kept.includes(secret)]).toEqual([kind, false]);
  });

  test("a password in the address is refused, and not repeated", () => {
    const { status, stderr } = aistack(["doctor", "--set", "qdrant.url=http://me:pa55@localhost:6333"]);
    expect([status, stderr]).toEqual([2, expect.stringContaining("qdrant.url")]);
    expect(stderr).not.toContain("pa55");
  });

  test("vectors of another model are not mixed in, and made anew when that is asked for", async () => {
    await using server = await start();
    const home = temporary();
    for (const name of lessonCollections) {
      await fetch(`${server.url}/collections/${name}`, {
        method: "PUT",
        headers: { "content-type": "application/json" },
        body: JSON.stringify({
          vectors: { size: 3, distance: "Cosine" },
          metadata: { made_by: "aistack", model: "older", dimensions: 3, filled: true },
        }),
      });
    }
    const learn = ["learn", "--once", "--home", home, ...samples, ...inQdrant(server.url), ...impatient];
    const refused = aistack(learn);
    expect([refused.status, refused.stderr]).toEqual([5, expect.stringContaining("they were made by older (3)")]);
    expect(refused.stderr).toContain("aistack learn --once --rebuild-vectors");
    const doctor = aistack(["doctor", "--json", "--home", home, ...inQdrant(server.url)]);
    expect(checkOf(doctor, "qdrant vectors")).toMatchObject({ verdict: "failed" });
    expect(checkOf(doctor, "qdrant vectors").hint).toContain("--rebuild-vectors");
    expect(aistack([...learn, "--rebuild-vectors"]).status).toBe(0);
    expect(await pointsOf(server)).toBe(22);
  });

  test.skipIf(needs("openssl").missing)("an expired certificate", async () => {
    const { authorityFile, ...tls } = makeCertificate(temporary(), -1);
    await using server = await start({ tls });
    const env = { NODE_EXTRA_CA_CERTS: authorityFile };
    const doctor = aistack(["doctor", "--json", "--home", temporary(), ...inQdrant(server.url)], { env });
    const { verdict, found, hint } = checkOf(doctor, "qdrant");
    expect([verdict, found]).toEqual(["failed", expect.stringContaining("CERT_HAS_EXPIRED")]);
    expect(hint).toContain("Renew the certificate");
  });

  test.skipIf(needs("openssl").missing)("a good certificate of an own authority is fine", async () => {
    const { authorityFile, ...tls } = makeCertificate(temporary(), 30);
    await using server = await start({ tls });
    const env = { NODE_EXTRA_CA_CERTS: authorityFile };
    const doctor = aistack(["doctor", "--json", "--home", temporary(), ...inQdrant(server.url)], { env });
    expect(checkOf(doctor, "qdrant")).toMatchObject({ verdict: "ok" });
  });
});
