import { spawnSync } from "node:child_process";
import { chmodSync, copyFileSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { aistack, fixtures, temporary } from "./running.ts";

const program = fileURLToPath(new URL("../../dist/aistack.js", import.meta.url));
// Nothing is unreadable for root, so the program is run as nobody then.
const user = process.getuid?.() === 0 ? { uid: 65534, gid: 65534 } : {};

function asUser(args: readonly string[], home: string) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [program, ...args], {
    encoding: "utf8",
    env: { ...process.env, HOME: home, XDG_CACHE_HOME: "" },
    ...user,
  });
  return { status, stdout, stderr };
}

function place() {
  const directory = temporary();
  const logs = join(directory, "logs");
  const own = join(directory, "own");
  for (const path of [logs, own]) mkdirSync(path);
  chmodSync(directory, 0o755);
  chmodSync(own, 0o777);
  const good = join(logs, "good.jsonl");
  const closed = join(logs, "closed.jsonl");
  for (const file of [good, closed]) copyFileSync(join(fixtures, "telemetry/hybrid-events.jsonl"), file);
  chmodSync(closed, 0o000);
  return { logs, own, good, closed };
}

const reachable = spawnSync("test", ["-r", program], user).status === 0;

test.skipIf(!reachable)("a source that this user may not read is named; one of several is warned of once", () => {
  const { own, logs, closed } = place();
  const home = join(own, "home");
  const alone = asUser(["learn", "--once", "--home", home, "--source", closed], own);
  expect([alone.status, alone.stderr]).toEqual([2, expect.stringContaining(`${closed} was not read`)]);
  expect(alone.stderr).toContain("may not read it (EACCES)");
  const several = asUser(["learn", "--once", "--json", "--home", home, "--source", join(logs, "*.jsonl")], own);
  expect(several.status).toBe(0);
  expect(several.stderr.match(/closed\.jsonl is not read: EACCES/g)).toHaveLength(1);
  expect(JSON.parse(several.stdout).events).toBe(53);
});

test.skipIf(!reachable)("a home that this user may not write is named, and nothing is made in it", () => {
  const { own, logs, good } = place();
  for (const args of [
    ["learn", "--once", "--source", good],
    ["telemetry", "write", "--event", "x"],
    ["config", "set", "learning.pollMs", "300"],
  ]) {
    const { status, stderr } = asUser([...args, "--home", logs], own);
    expect([args[0], status, stderr]).toEqual([
      args[0],
      1,
      expect.stringMatching(/(may not write|permission denied)[\s\S]*--home/),
    ]);
  }
});

test("a number that is none, or below 0, is wrong usage", () => {
  const home = temporary();
  aistack(["learn", "--once", "--home", home, "--source", join(fixtures, "telemetry/hybrid-events.jsonl")]);
  for (const limit of ["abc", "-4"]) {
    const { status, stderr } = aistack(["dataset", "list", `--limit=${limit}`, "--home", home]);
    expect([limit, status, stderr]).toEqual([limit, 2, expect.stringContaining("--limit must be a number")]);
  }
});

test("a reader that goes away ends the program quietly", () => {
  const { status, stderr } = spawnSync(
    "bash",
    ["-c", `set -o pipefail; '${process.execPath}' '${program}' config list | head -c 1`],
    { encoding: "utf8" },
  );
  expect([status, stderr]).toEqual([0, ""]);
});

test.skipIf(!reachable)(
  "a store where nothing may be written is looked at; where that fails, nobody says it was not written",
  () => {
    const { own, good } = place();
    const home = join(own, "home #1?");
    expect(asUser(["learn", "--once", "--home", home, "--source", good], own).status).toBe(0);
    chmodSync(home, 0o555);
    const { status, stdout, stderr } = asUser(["dataset", "list", "--home", home, "--json"], own);
    expect([status, stderr]).toEqual([0, ""]);
    expect(JSON.parse(stdout).lessons.length).toBeGreaterThan(0);
    chmodSync(home, 0o755);
    writeFileSync(join(home, "aistack.db-wal"), "left behind");
    chmodSync(join(home, "aistack.db-wal"), 0o644);
    chmodSync(home, 0o555);
    const failed = asUser(["dataset", "list", "--home", home], own);
    expect([failed.status, failed.stderr]).toEqual([1, expect.stringContaining("aistack.db was not read")]);
    chmodSync(home, 0o755);
  },
);

test.skipIf(!reachable)("the doctor gives no hint that a home nobody may write to would refuse", () => {
  const { own } = place();
  const home = join(own, "home");
  mkdirSync(home);
  for (const [mode, where] of [
    [0o555, home],
    [0o555, join(home, "deeper/still")],
  ] as const) {
    chmodSync(home, mode);
    const { status, stdout } = asUser(["doctor", "--home", where, "--json"], own);
    chmodSync(home, 0o755);
    expect(status).not.toBe(2);
    const { checks }: { checks: readonly { hint: string }[] } = JSON.parse(stdout);
    const hints = checks.map(({ hint }) => hint);
    expect(hints.filter((hint) => /aistack learn(?! --rejected)/.test(hint))).toEqual([]);
    expect(hints.some((hint) => /writable/.test(hint))).toBe(true);
  }
  chmodSync(home, 0o777);
  expect(asUser(["doctor", "--home", home], own).stdout).toContain("aistack learn --once");
});
