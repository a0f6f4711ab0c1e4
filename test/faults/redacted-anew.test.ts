import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { expect, test } from "vitest";
import { checkCleaned, learnOn } from "../cli/former/cleaned.ts";
import { writeFormerStore } from "../cli/former/embedded.ts";
import { makeFormerHome } from "../cli/former/home.ts";
import { aistack, startAistack, temporary } from "../cli/running.ts";

const kills = 20;

test("killed again and again while it redacts a store anew, it goes on there and ends with everything redacted once", async () => {
  const former = makeFormerHome(temporary(), 3000);
  const planted = await writeFormerStore(former);
  const reached = new Set<string>();
  let killed = 0;
  for (let round = 0; round < kills; round++) {
    const learner = startAistack(learnOn(former));
    const delayMs = 150 + ((round * 2654435761) % 1500);
    const late = setTimeout(() => void learner.child.kill("SIGKILL"), delayMs);
    const status = await learner.ended;
    clearTimeout(late);
    if (status === null) killed++;
    const database = new DatabaseSync(join(former.home, "aistack.db"));
    expect(database.prepare("PRAGMA quick_check").get()?.quick_check).toBe("ok");
    const under = database.prepare("SELECT value FROM facts WHERE name = 'redaction.under'").get()?.value;
    reached.add(typeof under === "string" ? JSON.parse(under).stage : "none");
    database.close();
    expect(aistack(["status", "--json", "--home", former.home]).status).toBe(0);
  }
  expect(killed).toBeGreaterThan(2);
  const last = aistack([...learnOn(former), "--json"]);
  expect([last.status, last.stderr.includes("unused room")]).toEqual([0, false]);
  checkCleaned(former, planted);
  process.stdout.write(`${killed} of ${kills} killed, after these stages: ${[...reached].join(", ")}\n`);
}, 300_000);
