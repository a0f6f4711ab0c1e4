import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, onTestFinished, test } from "vitest";
import { type Hold, lookAtHold, takeHold } from "../../src/services/hold.ts";

const source = fileURLToPath(new URL("../../src/services/hold.ts", import.meta.url));

function temporary(): string {
  const home = mkdtempSync(join(tmpdir(), "aistack-hold-"));
  onTestFinished(() => rmSync(home, { recursive: true, force: true }));
  return home;
}

function taken(home: string): Hold {
  const hold = takeHold(home, "a test");
  if ("pid" in hold) throw new Error(`held by ${hold.pid}`);
  return hold;
}

test("who holds a home is named to the others, and nobody is once it was given back", () => {
  const home = temporary();
  expect(lookAtHold(home)).toBeNull();
  const hold = taken(home);
  expect(lookAtHold(home)).toMatchObject({ pid: process.pid, command: expect.stringMatching(/^a test/) });
  expect(takeHold(home, "another")).toMatchObject({ pid: process.pid });
  hold.close();
  expect(readFileSync(join(home, "engine.lock"), "utf8")).toBe("");
  expect(lookAtHold(home)).toBeNull();
  taken(home).close();
});

test("a holder whom the kernel does not name by this number, as in another container, is found by trying the lock", () => {
  const home = temporary();
  const hold = taken(home);
  const elsewhere = {
    pid: process.pid + 1,
    command: "aistack learn, in container a",
    since: "2026-01-01T00:00:00.000Z",
  };
  writeFileSync(join(home, "engine.lock"), JSON.stringify(elsewhere));
  expect(lookAtHold(home)).toEqual(elsewhere);
  hold.close();
});

test("a holder that was killed is no holder, whatever the lock file says, and looking does not keep others out", async () => {
  const home = temporary();
  const code = `const { takeHold } = await import(${JSON.stringify(source)});
    takeHold(${JSON.stringify(home)}, "a child"); console.log("held"); setInterval(() => {}, 1000);`;
  const child = spawn(process.execPath, ["--input-type=module", "-e", code], { stdio: ["ignore", "pipe", "inherit"] });
  onTestFinished(() => void child.kill("SIGKILL"));
  await once(child.stdout, "data");
  expect(lookAtHold(home)).toMatchObject({ pid: child.pid });
  child.kill("SIGKILL");
  await once(child, "exit");
  expect(readFileSync(join(home, "engine.lock"), "utf8")).toContain("a child");
  expect(lookAtHold(home)).toBeNull();
  taken(home).close();
});
