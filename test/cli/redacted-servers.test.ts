import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { startPostgres } from "../engine/stores/postgres.ts";
import { needs } from "../parts.ts";
import { startQdrantProcess } from "../stand-ins/qdrant-process.ts";
import { learnOn } from "./former/cleaned.ts";
import { writeFormerStore } from "./former/embedded.ts";
import { makeFormerHome } from "./former/home.ts";
import { leaksIn } from "./former/leaks.ts";
import { fillFormerSchema } from "./former/server.ts";
import { aistack, aistackJson, temporary } from "./running.ts";

test.skipIf(needs("postgres").missing)(
  "what a PostgreSQL server keeps is redacted anew, also in the files of its tables",
  async () => {
    await using server = await startPostgres();
    const former = makeFormerHome(temporary(), 40);
    const other = temporary();
    for (const home of [former.home, other]) {
      mkdirSync(join(home, "secrets"));
      writeFileSync(join(home, "secrets/postgres_password"), server.password, { mode: 0o600 });
    }
    const settings = server.settings().flatMap((pair) => ["--set", pair]);
    const nothing = join(temporary(), "x-events.jsonl");
    writeFileSync(nothing, "");
    aistackJson(["learn", "--once", "--home", other, "--source", nothing, ...settings]);
    fillFormerSchema(server, "aistack", former);
    const { planted } = former;
    const inTables = () => {
      server.sql("CHECKPOINT");
      return leaksIn(join(server.directory, "data/base"), planted);
    };
    // What the planner learned of the words before, also of a table that is empty by now.
    server.sql(`SET search_path = aistack; SET default_statistics_target = 1000;
      INSERT INTO proposals SELECT md5(response || n), response FROM lessons, generate_series(1, 9) n;
      ANALYZE; DELETE FROM proposals;
      ALTER DATABASE ${server.database} OWNER TO CURRENT_USER`);
    const inStatistics = () => {
      const known = server.sql("SELECT tablename, s::text FROM pg_stats s WHERE schemaname = 'aistack'");
      return known.filter((line) => planted.some((word) => line.includes(word))).map((line) => line.split("|")[0]);
    };
    expect(new Set(inStatistics())).toEqual(new Set(["lessons", "proposals", "cursors"]));
    expect(inTables().length).toBeGreaterThan(20);
    const looks = [
      "status",
      "store status",
      "doctor",
      ...["dataset stats", "dataset duplicates", "dataset export --format openai", "dataset list", "dataset show a1"],
      ...["learn --rejected"],
    ];
    for (const look of looks) {
      const looked = aistack([...look.split(" "), "--json", "--home", former.home, ...settings]);
      const said = `${looked.stdout}${looked.stderr}`;
      expect([look, said]).toEqual([
        look,
        expect.stringMatching(/kept by an older aistack[\s\S]*aistack learn --once/),
      ]);
      expect([look, said]).toEqual([look, expect.not.stringMatching(/does not exist|\n +at /)]);
      if (look === "doctor")
        expect(JSON.parse(looked.stdout).checks.map(({ name }: { name: string }) => name)).toEqual(
          expect.arrayContaining(["home", "disk", "store", "archives", "embeddings"]),
        );
    }

    const learned = aistack([...learnOn(former), "--json", ...settings]);
    expect([learned.status, JSON.parse(learned.stdout).lessons]).toEqual([0, 0]);
    expect(learned.stderr).toMatch(
      /was redacted anew: 11 lessons changed .*, 2 became the same as another, 1 were removed/,
    );
    expect(leaksIn(former.home, planted, [former.logs])).toEqual([]);
    expect(inStatistics()).toEqual([]);
    // This user is not the owner of the database.
    const refused = /statistics could not be written anew .*VACUUM FULL pg_catalog\.pg_statistic/;
    expect(learned.stderr).toMatch(refused);
    const files = () => server.sql("SELECT pg_relation_filenode('aistack.lessons')");
    const written = files();
    expect(aistack([...learnOn(former), ...settings]).stderr).toMatch(refused);
    server.sql(`ALTER DATABASE ${server.database} OWNER TO ${server.user}`);
    expect(aistack([...learnOn(former), ...settings]).stderr).not.toMatch(/statistics/);
    expect(files()).toEqual(written);
    expect(server.sql("SELECT count(*) FROM aistack.facts WHERE name = 'redaction.uncompacted'")).toEqual(["0"]);
    expect(inTables()).toEqual([]);
    const gone = new Set([...former.same, ...former.short]);
    const left = former.lessons.map(({ id }) => id).filter((id) => !gone.has(id));
    expect(server.sql("SELECT id FROM aistack.lessons ORDER BY seq")).toEqual(left);
    for (const table of ["vectors", "neighbours", "pairs"])
      expect([table, server.sql(`SELECT id FROM aistack.${table}`).toSorted()]).toEqual([table, left.toSorted()]);
    expect(server.sql("SELECT count(*) FROM aistack.lessons WHERE words::text ~ 'ghp_'")).toEqual(["0"]);
    copyFileSync(former.log, join(former.logs, "ralph-again.jsonl"));
    const twice = aistackJson([...learnOn(former), ...settings]);
    expect([twice.lessons, twice.duplicates]).toEqual([0, 43]);
    expect(readFileSync(join(former.home, "dataset.jsonl"), "utf8").match(/"lesson_id"/g)).toHaveLength(left.length);
  },
  120_000,
);

test("points that Qdrant has by older rules are made anew from the rows", async () => {
  const directory = temporary();
  await using qdrant = await startQdrantProcess({ directory });
  const former = makeFormerHome(temporary(), 40);
  const planted = await writeFormerStore(former);
  const settings = ["--set", `qdrant.url=${qdrant.url}`];
  const learned = aistack([...learnOn(former), "--json", ...settings]);
  expect([learned.status, JSON.parse(learned.stdout).lessons]).toEqual([0, 0]);
  const count = () => qdrant.count("skills-patterns");
  expect(await count()).toBe(41);

  // What a former version left there: points with the words as they were, in collections that name no rules.
  const send = async (method: string, path: string, body: object) => {
    const { status } = await fetch(`${qdrant.url}/collections/${path}`, {
      method,
      headers: { "content-type": "application/json" },
      body: JSON.stringify(body),
    });
    expect([path, status]).toEqual([path, 200]);
  };
  for (const name of ["skills-patterns", "error-solutions", "interaction-history"])
    await send("PATCH", name, { metadata: { redaction: null } });
  const points = former.lessons.slice(0, 20).map(({ prompt, response, id }, index) => ({
    id: `00000000-0000-8000-8000-${String(index).padStart(12, "0")}`,
    vector: Array.from({ length: 384 }, () => 0.1),
    payload: { lesson_id: id, description: prompt, usage_pattern: response },
  }));
  await send("PUT", "skills-patterns/points?wait=true", { points });
  expect(leaksIn(directory, planted).length).toBeGreaterThan(5);

  const again = aistack([...learnOn(former), "--json", ...settings]);
  expect([again.status, again.stderr]).toEqual([0, expect.stringMatching(/the vectors of 41 lessons were made for/)]);
  expect(leaksIn(directory, planted)).toEqual([]);
  expect(await count()).toBe(41);
}, 120_000);
