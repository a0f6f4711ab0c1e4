import { copyFileSync, existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { checkCleaned, learnOn, storeOf } from "./former/cleaned.ts";
import { writeFormerStore } from "./former/embedded.ts";
import { makeFormerHome } from "./former/home.ts";
import { leaksIn } from "./former/leaks.ts";
import { aistack, aistackJson, temporary } from "./running.ts";

test("a store of the former version is redacted anew: no planted word is in any file, and lessons keep their names", async () => {
  const former = makeFormerHome(temporary(), 60);
  const planted = await writeFormerStore(former);
  expect(leaksIn(former.home, planted, [former.logs]).length).toBeGreaterThan(100);
  const looked = [["status"], ["dataset", "list"], ["doctor"], ["dataset", "stats"], ["learn", "--rejected"]];
  for (const args of looked)
    expect(aistack([...args, "--json", "--home", former.home]).stderr).not.toMatch(/no such table/);
  expect(aistackJson(["status", "--home", former.home]).kept.lessons).toBe(64);
  expect(storeOf(former).facts.get("redaction")).toBe(undefined);

  const exports = ["dataset", "export", "--format", "openai", "--home", former.home];
  const output = join(former.home, "export.jsonl");
  for (const more of [[], ["--output", output]]) {
    const refused = aistack([...exports, ...more]);
    expect([refused.status, refused.stdout, refused.stderr]).toEqual([
      ...[2, "", expect.stringMatching(/Nothing was exported: .*redacted by older rules[\s\S]*aistack learn --once/)],
    ]);
    expect(existsSync(output)).toBe(false);
  }
  const id = String(storeOf(former).rows[4]?.id);
  for (const args of [["list"], ["list", "--search", "the"], ["show", id], ["duplicates"]]) {
    const { status, stderr } = aistack(["dataset", ...args, "--home", former.home]);
    expect([args, status, stderr]).toEqual([args, 0, expect.stringMatching(/warning: .*older rules and may hold/)]);
  }

  const learned = aistack([...learnOn(former), "--json"]);
  expect([learned.status, JSON.parse(learned.stdout).lessons]).toEqual([0, 0]);
  expect(aistack(exports)).toMatchObject({ status: 0, stderr: "" });
  expect(aistack(["dataset", "list", "--home", former.home]).stderr).toBe("");
  expect(learned.stderr).toMatch(
    /was redacted anew: 16 lessons changed .*, 2 became the same as another, 1 were removed/,
  );
  for (const word of planted) expect(learned.stdout + learned.stderr).not.toContain(word);
  const { rows, left } = checkCleaned(former, planted);
  const merged = rows.find(({ prompt }) => String(prompt).includes("publish the package"));
  expect(merged).toMatchObject({
    review: "rejected",
    prompt: "Please publish the package with [redacted:github] again",
  });
  expect(rows[4]).toMatchObject({ review: "approved" });
  const lines = readFileSync(join(former.home, "dataset.jsonl"), "utf8").trimEnd().split("\n");
  expect(lines.slice(left.length).map((line) => line.replaceAll(/\[redacted:[\w-]+\]/g, "[]"))).toEqual([
    '{"note":"kept by hand: []","~":[{"deep":"[]"}]}',
    "no JSON at all with [] in it",
    '{"harmless":"line","of":"somebody"}',
  ]);

  // The same lines under another name are the same lessons.
  copyFileSync(former.log, join(former.logs, "ralph-again.jsonl"));
  const again = aistackJson(learnOn(former));
  expect([again.lessons, again.duplicates]).toEqual([0, 63]);
  checkCleaned(former, planted);
  const shown = [["dataset", "list", "--limit", "100"], ["dataset", "stats"], ["status"], ["doctor"], ["proposals"]];
  for (const args of [...shown, ["learn", "--rejected"]]) {
    const { stdout, stderr } = aistack([...args, "--json", "--home", former.home]);
    for (const word of planted) expect([args, `${stdout}${stderr}`.includes(word)]).toEqual([args, false]);
  }
});
