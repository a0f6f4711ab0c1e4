import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { aistack, aistackJson, temporary } from "./running.ts";

test("a preference that was learned comes out as one, also where its prompt has a better answer", () => {
  const home = temporary();
  const log = join(home, "pairs.jsonl");
  const prompt = "How do I squash the last two commits of a branch?";
  const pairs = [
    { prompt, chosen: "Type git reset --soft HEAD~2, then commit.", rejected: "Throw the branch away." },
    { prompt, chosen: "Type git rebase -i HEAD~2, mark the second as squash.", rejected: "Make a new repository." },
  ];
  writeFileSync(log, pairs.map((pair) => `${JSON.stringify(pair)}\n`).join(""));
  expect(aistackJson(["learn", "--once", "--home", home, "--source", log])).toMatchObject({ lessons: 2 });
  const { stdout } = aistack(["dataset", "export", "--home", home, "--format", "dpo"]);
  const rows = stdout
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line));
  for (const { chosen, rejected } of pairs) expect(rows).toContainEqual({ prompt, chosen, rejected });
});
