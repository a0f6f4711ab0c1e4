import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { type Ending, noEnding, tellEnding, wasStopped } from "../../../src/services/supervisor/ending.ts";
import { parseLogLine } from "../../../src/services/supervisor/log-line.ts";
import {
  parseContainers,
  parseEvent,
  parseImages,
  parseInspected,
  parseMachine,
  parseNames,
  parseUsage,
  parseVersion,
} from "../../../src/services/supervisor/parse.ts";

const fixtures = join(import.meta.dirname, "../../../fixtures/podman");
const read = (version: string, file: string) => readFileSync(join(fixtures, version, file), "utf8");
const frames = (text: string) =>
  text
    .split(/^(?=\[)/m)
    .map((frame) => frame.trim())
    .filter(Boolean);

const eventsOf = (version: string) => read(version, "events.jsonl").trim().split("\n").map(parseEvent);

const versions = ["4.3", "5.4"] as const;

describe.each(versions)("what Podman %s prints", (version) => {
  test("is understood: containers with state, health, ports and labels", () => {
    const containers = parseContainers(read(version, "ps.json"));
    const short = containers.map(({ name, state, health, exitCode, ports, startedAt }) => ({
      name,
      state,
      health,
      exitCode,
      ports,
      started: startedAt !== null,
    }));
    const ended = { state: "exited", health: "none", ports: [], started: true };
    expect(short.toSorted((a, b) => a.name.localeCompare(b.name))).toEqual([
      { name: "fx-done", exitCode: 0, ...ended },
      { name: "fx-ended", exitCode: 0, ...ended },
      { name: "fx-held", state: "paused", health: "none", exitCode: 0, ports: [], started: true },
      { name: "fx-idle", state: "created", health: "none", exitCode: 0, ports: [], started: false },
      { name: "fx-job", exitCode: 3, ...ended },
      { name: "fx-sick", state: "running", health: "unhealthy", exitCode: 0, ports: [], started: true },
      {
        name: "fx-web",
        state: "running",
        health: "healthy",
        exitCode: 0,
        ports: ["0.0.0.0:18443->443/udp", "127.0.0.1:18080->80/tcp"],
        started: true,
      },
    ]);
    expect(containers.find(({ name }) => name === "fx-web")?.labels["aistack.hash"]).toBe("aa");
  });

  test("is understood: what inspect says about processes and checks", () => {
    const [web, job, done, idle, sick, held, ended] = parseInspected(read(version, "inspect.json"));
    expect(web).toMatchObject({ name: "fx-web", state: "running", lastCheck: { exitCode: 0 }, failingStreak: 0 });
    expect(web?.conmonPid).toBeGreaterThan(0);
    expect(job).toMatchObject({ state: "exited", exitCode: 3, lastCheck: null });
    expect(done).toMatchObject({ state: "exited", exitCode: 0 });
    expect(idle).toMatchObject({ state: "created", pid: 0 });
    expect(sick).toMatchObject({ failingStreak: 1, lastCheck: { exitCode: 1 } });
    expect(held).toMatchObject({ state: "paused" });
    expect(ended).toMatchObject({ state: "exited", exitCode: 0, stoppedByUser: version === "4.3" ? null : true });
  });

  test("is understood: stats, images, networks, volumes, version and machine", () => {
    const [first, second] = frames(read(version, "stats.txt")).map(parseUsage);
    expect(first?.map(({ name }) => name).toSorted()).toEqual(["fx-sick", "fx-web"]);
    expect(second?.find(({ name }) => name === "fx-web")?.memoryLimitBytes).toBe(67_110_000);
    expect(parseImages(read(version, "images.json")).flatMap(({ names }) => names)).toContain(
      "localhost/aistack-test/busybox:1",
    );
    expect(parseNames(read(version, "networks.json"), "network ls")).toContain("fx_default");
    expect(parseNames(read(version, "volumes.json"), "volume ls")).toContain("fx_data");
    expect(parseVersion(read(version, "version.json"))).toMatch(`${version}.`);
    expect(parseMachine(read(version, "info.json"))).toMatchObject({
      rootless: false,
      runtime: "runc",
      cgroupVersion: "v1",
      eventLogger: "file",
      subordinateIds: null,
    });
    expect(read(version, "secrets.txt")).toBe("fx_key\n");
    expect(read(version, "healthcheck.txt").match(/ended with \d/g)).toEqual(["ended with 0", "ended with 1"]);
  });

  test("is understood: the lines of a log with their times", () => {
    const lines = read(version, "logs.txt")
      .trimEnd()
      .split("\n")
      .map((text) => parseLogLine("web", { stream: "stdout", text }));
    expect(lines.map(({ text }) => text)).toEqual(["ready", "trouble"]);
    for (const { at } of lines) expect(at).toMatch(/^2026-11-\d\dT[\d:.]+Z$/);
  });

  test("tells a stop that somebody asked Podman for from a death and from a kill", async () => {
    const events = eventsOf(version).filter(({ name }) => name === "fx-web" || name === "fx-ended");
    const endings = new Map<string, Ending>();
    const verdicts: [string, boolean][] = [];
    for (const [at, { name, what }] of events.entries()) {
      endings.set(name, tellEnding(endings.get(name) ?? noEnding, what));
      const next = events.slice(at + 1).find((one) => one.name === name)?.what;
      if (!/^(died|cleanup)$/.test(what) || next === "cleanup") continue;
      const verdict = await wasStopped(endings.get(name) ?? noEnding, "unless-stopped", async () => null);
      verdicts.push([name, verdict]);
    }
    // Stopped; killed from outside; podman kill; podman restart; removed.
    expect(verdicts).toEqual([
      ["fx-ended", true],
      ["fx-web", false],
      ["fx-web", false],
      ["fx-web", false],
      ["fx-web", false],
    ]);
  });
});

test("a rootless Podman 5.4 tells its subordinate ids and its runtime", () => {
  expect(parseMachine(read("5.4", "info-rootless.json"))).toMatchObject({
    rootless: true,
    runtime: "crun",
    networkBackend: "netavark",
    subordinateIds: 65_536,
  });
});

test("the same is told about every container by Podman 4.3 and 5.4, whose times are written differently", () => {
  const weighty = /^(create|start|died|kill|pause|unpause|remove)$/;
  const told = (version: (typeof versions)[number]) =>
    eventsOf(version)
      .filter(({ what }) => weighty.test(what))
      .map(({ name, what, exitCode, labels }) => ({ name, what, exitCode, labels }))
      .toSorted((a, b) => a.name.localeCompare(b.name));
  const [old, current] = versions.map(told);
  expect(old).toEqual(current);
  expect(old?.find(({ what, name }) => what === "died" && name === "fx-job")).toMatchObject({ exitCode: 3 });
  const [first] = eventsOf("5.4").filter(({ what }) => what === "health_status");
  expect(first).toMatchObject({ name: "fx-web", health: "healthy" });
  for (const version of versions) {
    const times = eventsOf(version).map(({ at }) => at ?? "");
    expect(times).toEqual(times.toSorted());
  }
});

test("garbage is a failure that shows how it begins, never a guess", () => {
  expect(() => parseContainers("<html>no</html>")).toThrow(/it is not JSON; it begins with "<html>/);
  expect(() => parseContainers('[{"Id": 5}]')).toThrow(/What podman ps printed was not understood: 0\.Id/);
  expect(() => parseEvent('{"Status":"x"}')).toThrow(/podman events/);
});
