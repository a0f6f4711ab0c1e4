import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { judgeTier } from "../../../src/services/check-machine.ts";
import { examineStack } from "../../../src/services/manifest/load.ts";
import { parseMachine } from "../../../src/services/supervisor/parse.ts";
import { installHint } from "../../../src/services/verbs/install-hint.ts";
import { isNewEnough, judgeMachine } from "../../../src/services/verbs/podman-checks.ts";
import { aistack, temporary } from "../../cli/running.ts";
import { needs } from "../../parts.ts";
import { configIn, machineOf } from "../manifest/loading.ts";
import { openBox } from "../supervisor/own-podman.ts";

test.each([
  ['ID=debian\nVERSION_ID="12"', "apt-get install podman"],
  ["ID=ubuntu\nID_LIKE=debian", "apt-get install podman"],
  ["ID=fedora", "dnf install podman"],
  ['ID="rocky"\nID_LIKE="rhel centos fedora"', "dnf install podman"],
  ["ID=arch", "pacman -S podman"],
  ['ID="opensuse-tumbleweed"\nID_LIKE="opensuse suse"', "zypper install podman"],
  ["ID=nixos", "virtualisation.podman.enable"],
  ["darwin", "brew install podman"],
  ["ID=plan9", "podman.io"],
])("doctor knows how to install Podman on %j", (system, words) => {
  expect(installHint(system)).toContain(words);
});

test.each([
  ["4.2.1", false],
  ["4.3.1", true],
  ["5.0.0", true],
  ["3.4.4", false],
])("Podman %s is new enough: %s", (version, isWell) => {
  expect(isNewEnough(version)).toBe(isWell);
});

test("doctor warns of a rootless user without subordinate ids, of cgroup v1 for him, and of a full disk", () => {
  const text = readFileSync(join(import.meta.dirname, "../../../fixtures/podman/5.4/info-rootless.json"), "utf8");
  const machine = { ...parseMachine(text), cgroupVersion: "v2" };
  expect(judgeMachine(machine, true).filter(({ verdict }) => verdict !== "ok")).toEqual([]);
  const poor = { ...machine, subordinateIds: 0, cgroupVersion: "v1", storeFreeBytes: 1e9 };
  expect(
    judgeMachine(poor, true).flatMap(({ name, verdict, hint }) => (verdict === "warning" && hint !== "" ? [name] : [])),
  ).toEqual(["podman cgroups", "podman user ids", "podman disk"]);
});

test("without Podman, doctor says that everything embedded works, and how to install it", () => {
  const home = temporary();
  const { status, stdout } = aistack(["doctor", "--json", "--home", home], { env: { PATH: "/nowhere" } });
  expect(status).toBe(0);
  const found = JSON.parse(stdout).checks.find(({ name }: { name: string }) => name === "podman");
  expect(found).toMatchObject({ verdict: "warning", found: expect.stringContaining("everything embedded works") });
  expect(found.hint).not.toBe("");
});

test.skipIf(needs("podman").missing)("with Podman, doctor says which, how it runs, and what is free", () => {
  const { status, stdout } = aistack(["doctor", "--json", "--home", temporary()], { env: openBox().environment });
  expect(status).toBe(0);
  const checks = JSON.parse(stdout).checks.filter(({ name }: { name: string }) => name.startsWith("podman"));
  expect(checks.map(({ name, verdict }: { name: string; verdict: string }) => [name, verdict])).toEqual([
    ["podman", "ok"],
    ["podman machine", "ok"],
    ["podman cgroups", "ok"],
    ["podman user ids", "ok"],
    ["podman disk", expect.stringMatching(/ok|warning/)],
    ["podman health checks", "ok"],
  ]);
  expect(checks[0].found).toMatch(/^\d+\.\d+/);
});

test("doctor names the machine's tier, memory, CPUs and disk, and warns where the stack's limits do not fit", async () => {
  const judge = async (memoryBytes: number) => {
    const machine = {
      ...machineOf(memoryBytes),
      memoryFrom: "cgroup v2",
      diskFreeBytes: 2 ** 31,
      diskBytes: 2 ** 32,
    } as const;
    const { tier, tierChosen, findings } = await examineStack(configIn(temporary()), { tier: "full", machine });
    return judgeTier(tier, tierChosen, machine, findings);
  };
  expect(await judge(32 * 2 ** 30)).toEqual({
    name: "machine",
    verdict: "ok",
    found: "tier full (wanted), 32.0 GiB of memory (cgroup v2), 8 CPUs, disk 2.0 GiB free of 4.0 GiB",
    hint: "",
  });
  expect(await judge(2 ** 30)).toMatchObject({
    verdict: "warning",
    found: expect.stringMatching(/1\.0 GiB of memory.*memory limits that add up to \d+ MiB, and there are 1024 MiB/),
    hint: expect.stringContaining("--tier"),
  });
});

test("doctor asks the machine itself, and says when the stack's tier cannot be told", () => {
  const home = temporary();
  const machineRow = (...args: string[]) => {
    const { stdout } = aistack(["doctor", "--json", "--home", home, ...args], { env: { PATH: "/nowhere" } });
    return JSON.parse(stdout).checks.find(({ name }: { name: string }) => name === "machine");
  };
  const facts = /^tier minimal \(wanted\), \d+\.\d GiB of memory.*CPUs?.*disk \d+\.\d GiB free/;
  expect(machineRow("--set", "stack.tier=minimal").found).toMatch(facts);
  expect(machineRow("--set", "stack.profiles=nothing")).toMatchObject({
    verdict: "warning",
    found: expect.stringContaining("profile nothing"),
  });
});
