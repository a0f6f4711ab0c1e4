import { appendFileSync, existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { aistackJson, startAistack, temporary, until } from "./running.ts";

let made = 0;

function message(type: "user" | "assistant", text: string, session = "s"): string {
  made++;
  const base = { type, uuid: `u${made}`, sessionId: session, timestamp: "2026-03-01T10:00:00.000Z" };
  const content = [{ type: "text", text }];
  const own = type === "user" ? { role: type, content } : { role: type, model: "m", stop_reason: "end_turn", content };
  return `${JSON.stringify({ ...base, message: own })}\n`;
}

const question = message("user", "How do I sort the list of users by their age?");
const wrong = message("assistant", "Call users.reverse() and it is sorted by age.");
const rejection = message("user", "No, that is wrong. It only turns the list around.");
const right = message("assistant", "Call users.sort((a, b) => a.age - b.age) instead.");
const thanks = message("user", "Great, thanks. Now write a test for that function.");

function look(home: string) {
  const { kept } = aistackJson(["status", "--home", home]);
  const dataset = join(home, "dataset.jsonl");
  return { ...kept, dataset: existsSync(dataset) ? readFileSync(dataset, "utf8") : "" };
}

describe("work that a person rejects after it was taught", () => {
  test("is taken out of rows, vectors and dataset by the run that sees the rejection, and is kept as a negative", () => {
    const home = temporary();
    const log = join(home, "session.jsonl");
    const learn = () => aistackJson(["learn", "--once", "--home", home, "--source", log]);
    writeFileSync(log, question + wrong);
    expect(learn().lessons).toBe(1);
    expect(look(home)).toMatchObject({ lessons: 1, vectors: 1, pairs: 1, negatives: 0 });
    appendFileSync(log, rejection);
    const result = learn();
    const counts = { events: 1, lessons: 0, duplicates: 0, rejected: { rejected_by_user: 1 }, withdrawn: 1 };
    expect(result).toMatchObject({ ...counts, bySource: { [log]: counts } });
    expect(aistackJson(["status", "--home", home]).learned).toMatchObject({
      ...{ events: 3, lessons: 0, duplicates: 0, rejected: { rejected_by_user: 1, withdrawn: 1 } },
    });
    expect(look(home)).toMatchObject({ lessons: 0, vectors: 0, pairs: 0, negatives: 1, dataset: "" });
    expect(aistackJson(["dataset", "list", "--search", "reverse", "--home", home]).lessons).toEqual([]);
    // What is learned next gets the place of what was withdrawn, and is found.
    appendFileSync(log, right + thanks + message("assistant", "Here is the test: expect(sorted).toEqual(list)."));
    expect(learn().lessons).toBe(1);
    expect(look(home)).toMatchObject({ lessons: 1, vectors: 1, pairs: 1, negatives: 1 });
    expect(aistackJson(["dataset", "list", "--search", "test", "--home", home]).lessons).toHaveLength(1);
    expect(
      aistackJson(["doctor", "--home", home]).checks.filter(({ name }: { name: string }) => name === "store"),
    ).toMatchObject([{ verdict: "ok" }]);
  });

  test("is not taught again where the same words stand in another log", () => {
    const home = temporary();
    const [first, second] = [join(home, "a.jsonl"), join(home, "b.jsonl")];
    writeFileSync(first, question + wrong + rejection);
    writeFileSync(second, question + wrong + thanks);
    const learned = aistackJson(["learn", "--once", "--home", home, "--source", join(home, "[ab].jsonl")]);
    const total = (rejected: Record<string, number>) => Object.values(rejected).reduce((sum, one) => sum + one, 0);
    for (const one of [learned, learned.bySource[first], learned.bySource[second]]) {
      expect(one.lessons).toBeGreaterThanOrEqual(0);
      expect(one.lessons + one.duplicates + total(one.rejected)).toBe(one.events);
    }
    expect(look(home)).toMatchObject({ lessons: 0, vectors: 0, pairs: 0, negatives: 1, dataset: "" });
  });

  test("a running learner teaches a turn after its idle time, takes it back, and ends where one that only looks once does", async () => {
    const home = temporary();
    const log = join(home, "session.jsonl");
    writeFileSync(log, question + wrong);
    const learner = startAistack([
      ...["learn", "--home", home, "--source", log],
      ...["--set", "learning.turnIdleMs=200", "--set", "learning.pollMs=20"],
    ]);
    await until(() => look(home).lessons === 1);
    appendFileSync(log, rejection + right);
    await until(() => look(home).negatives === 1 && look(home).lessons === 0 && look(home).dataset === "");
    appendFileSync(log, thanks + message("assistant", "Here is the test: expect(sorted).toEqual(list)."));
    await until(() => look(home).lessons === 1 && look(home).pairs === 1 && look(home).vectors === 1);
    learner.child.kill("SIGTERM");
    await learner.ended;
    const other = temporary();
    aistackJson(["learn", "--once", "--home", other, "--source", log]);
    expect(look(other).dataset).toBe(look(home).dataset);
    expect(look(other)).toMatchObject({ lessons: 1, negatives: 1, pairs: 1, vectors: 1 });
  });

  test("the last turn of a session counts once, also when the session goes on later", () => {
    const home = temporary();
    const log = join(home, "session.jsonl");
    const learn = () => aistackJson(["learn", "--once", "--home", home, "--source", log]);
    writeFileSync(log, question + right);
    expect([learn().lessons, learn().lessons]).toEqual([1, 0]);
    appendFileSync(log, thanks);
    expect(learn()).toMatchObject({ events: 1, lessons: 0, duplicates: 0, rejected: { turn_opened: 1 } });
    expect(look(home)).toMatchObject({ lessons: 1, pairs: 1, negatives: 0 });
  });

  test("an answer that goes on after it was taught is taught whole, in the place of its beginning", () => {
    const home = temporary();
    const log = join(home, "session.jsonl");
    const learn = () => aistackJson(["learn", "--once", "--home", home, "--source", log]);
    writeFileSync(log, question + right);
    learn();
    appendFileSync(log, message("assistant", "And for equal ages, sort by name as well."));
    learn();
    expect(look(home)).toMatchObject({ lessons: 1, vectors: 1, pairs: 1, negatives: 0 });
    expect(look(home).dataset).toMatch(/a\.age - b\.age\) instead\.\\n\\nAnd for equal ages/);
  });
});
