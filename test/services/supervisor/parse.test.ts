import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
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

const versions = ["4.3", "5.x"] as const;

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
    expect(short.toSorted((a, b) => a.name.localeCompare(b.name))).toEqual([
      { name: "fx-idle", state: "created", health: "none", exitCode: 0, ports: [], started: false },
      { name: "fx-job", state: "exited", health: "none", exitCode: 3, ports: [], started: true },
      { name: "fx-sick", state: "running", health: "unhealthy", exitCode: 0, ports: [], started: true },
      {
        name: "fx-web",
        state: "running",
        health: "healthy",
        exitCode: 0,
        ports: ["127.0.0.1:18080->80/tcp", "0.0.0.0:18443->443/udp"],
        started: true,
      },
    ]);
    expect(containers.find(({ name }) => name === "fx-web")?.labels["aistack.hash"]).toBe("aa");
  });

  test("is understood: what inspect says about processes and checks", () => {
    const [web, job, sick] = parseInspected(read(version, "inspect.json"));
    expect(web).toMatchObject({ name: "fx-web", state: "running", lastCheck: { exitCode: 0 }, failingStreak: 0 });
    expect(web?.conmonPid).toBeGreaterThan(0);
    expect(job).toMatchObject({ state: "exited", exitCode: 3, lastCheck: null });
    expect(sick).toMatchObject({ failingStreak: 1, lastCheck: { exitCode: 1 } });
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
    expect(parseVersion(read(version, "version.json"))).toMatch(version === "4.3" ? /^4\.3/ : /^5\./);
    expect(parseMachine(read(version, "info.json"))).toMatchObject(
      version === "4.3"
        ? { rootless: false, runtime: "runc", cgroupVersion: "v1", subordinateIds: null }
        : { rootless: true, runtime: "crun", cgroupVersion: "v2", subordinateIds: 65_536 },
    );
  });
});

test("the same events are told by Podman 4.3 and 5.x, whose times are written differently", () => {
  const [old, current] = versions.map((version) => read(version, "events.jsonl").trim().split("\n").map(parseEvent));
  const told = (events: typeof old) => events?.map(({ health: _, ...rest }) => rest);
  expect(told(old)).toEqual(told(current));
  expect(old?.find(({ what, name }) => what === "died" && name === "fx-job")).toMatchObject({ exitCode: 3 });
  expect(current?.find(({ what }) => what === "health_status")?.health).toBe("healthy");
});

test("garbage is a failure that shows how it begins, never a guess", () => {
  expect(() => parseContainers("<html>no</html>")).toThrow(/it is not JSON; it begins with "<html>/);
  expect(() => parseContainers('[{"Id": 5}]')).toThrow(/What podman ps printed was not understood: 0\.Id/);
  expect(() => parseEvent('{"Status":"x"}')).toThrow(/podman events/);
});
