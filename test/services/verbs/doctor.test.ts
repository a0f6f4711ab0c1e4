import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { parseMachine } from "../../../src/services/supervisor/parse.ts";
import { installHint } from "../../../src/services/verbs/install-hint.ts";
import { isNewEnough, judgeMachine } from "../../../src/services/verbs/podman-checks.ts";
import { aistack, temporary } from "../../cli/running.ts";

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
  const text = readFileSync(join(import.meta.dirname, "../../../fixtures/podman/5.x/info.json"), "utf8");
  const machine = parseMachine(text);
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
