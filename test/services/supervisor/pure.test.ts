import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { splitLines } from "../../../src/engine/base/lines.ts";
import type { Manifest, Service } from "../../../src/services/manifest/service.ts";
import { restMs } from "../../../src/services/supervisor/backoff.ts";
import type { Container } from "../../../src/services/supervisor/container.ts";
import { configHash } from "../../../src/services/supervisor/hash.ts";
import { readLogs } from "../../../src/services/supervisor/logs.ts";
import { inOrder, inReverse } from "../../../src/services/supervisor/order.ts";
import { findImage, plan } from "../../../src/services/supervisor/plan.ts";
import type { Podman } from "../../../src/services/supervisor/podman.ts";
import { readUsage } from "../../../src/services/supervisor/stats.ts";
import { eachDependentFirst } from "../../../src/services/supervisor/take-down.ts";
import { criticalPath } from "../../../src/services/supervisor/timings.ts";
import { mergeLines } from "../../../src/services/supervisor/two-streams.ts";
import { image, needs, service } from "./services.ts";

function manifestOf(services: readonly Service[]): Manifest {
  return {
    project: "p",
    services,
    networks: [],
    volumes: [],
    secrets: [],
    secretSources: {},
    files: [],
    directories: [],
  };
}

/** Any stack without a circle: each service may need only those before it. */
const stacks = fc.array(fc.array(fc.nat(20), { maxLength: 4 }), { minLength: 1, maxLength: 12 }).map((rows) =>
  rows.map((row, at) =>
    service(`s${at}`, {
      dependsOn: [...new Set(row.filter((other) => other < at))].map((other) => needs(`s${other}`)),
    }),
  ),
);

describe("the order of services", () => {
  test("always has what a service needs before it, whatever the stack", () => {
    fc.assert(
      fc.property(stacks, fc.nat(11), (services, pick) => {
        const shuffled = manifestOf(services.toReversed());
        const names = services.slice(0, pick).map(({ name }) => name);
        const order = inOrder(shuffled, names).map(({ name }) => name);
        expect(new Set(order).size).toBe(order.length);
        for (const name of names) expect(order).toContain(name);
        for (const { name, dependsOn } of services.filter((one) => order.includes(one.name))) {
          for (const one of dependsOn) expect(order.indexOf(one.service)).toBeLessThan(order.indexOf(name));
        }
        const reverse = inReverse(shuffled, names).map(({ name }) => name);
        expect(reverse.toSorted()).toEqual((names.length > 0 ? names : services.map(({ name }) => name)).toSorted());
      }),
    );
  });

  test("stops nothing before all that needs it has stopped", async () => {
    await fc.assert(
      fc.asyncProperty(stacks, async (services) => {
        const done: string[] = [];
        await eachDependentFirst(services, async ({ name }) => {
          await Promise.resolve();
          done.push(name);
        });
        expect(done).toHaveLength(services.length);
        for (const { name, dependsOn } of services) {
          for (const one of dependsOn) expect(done.indexOf(name)).toBeLessThan(done.indexOf(one.service));
        }
      }),
    );
  });

  test("names the services of a circle, and a need that is not there", () => {
    const circle = manifestOf([
      service("a", { dependsOn: [needs("b")] }),
      service("b", { dependsOn: [needs("c")] }),
      service("c", { dependsOn: [needs("b")] }),
    ]);
    expect(() => inOrder(circle, [])).toThrow(/b → c → b/);
    expect(() => inOrder(manifestOf([service("a", { dependsOn: [needs("gone")] })]), [])).toThrow(/a needs gone/);
    expect(() => inOrder(manifestOf([service("a")]), ["b"])).toThrow(/no service b/);
  });
});

describe("what has to be done", () => {
  const container = (one: Service, over: Partial<Container> = {}): Container => ({
    id: "1",
    name: `p-${one.name}`,
    image: one.image,
    imageId: "sha",
    labels: { "aistack.project": "p", "aistack.service": one.name, "aistack.hash": configHash(one) },
    state: "running",
    health: "none",
    exitCode: 0,
    startedAt: "2026-11-24T08:00:00Z",
    exitedAt: null,
    pid: process.pid,
    ports: [],
    restarts: null,
    ...over,
  });
  const images = [{ id: "sha", names: [image] }];
  const web = service("web");
  const job = service("job", { restart: { policy: "no", maxRetries: null } });
  const first = (one: Service, found: readonly Container[]) => plan([one], "p", found, images, true)[0]?.do;

  test.each<[string, Service, readonly Container[], string]>([
    ["nothing is there", web, [], "create"],
    ["it runs as it should", web, [container(web)], "keep"],
    ["its configuration changed", web, [container(service("web", { memoryBytes: 5 }))], "recreate"],
    ["its image changed", web, [container(web, { imageId: "older" })], "recreate"],
    ["its process is gone and nobody noticed", web, [container(web, { pid: 2 ** 30 })], "recreate"],
    ["it was made and never started", web, [container(web, { state: "created", startedAt: null })], "start"],
    ["it ended with 1", web, [container(web, { state: "exited", exitCode: 1 })], "start"],
    ["a job ended with 0", job, [container(job, { state: "exited" })], "keep"],
    ["a job ended with 1", job, [container(job, { state: "exited", exitCode: 1 })], "start"],
    ["it hangs while stopping", web, [container(web, { state: "stopping" })], "recreate"],
  ])("when %s", (_, one, found, expected) => {
    expect(first(one, found)).toBe(expected);
  });

  test("restarts what asks to restart with a dependency that is made anew, and nothing else", () => {
    const base = service("base", { memoryBytes: 1 });
    const bound = service("bound", { dependsOn: [{ ...needs("base"), restart: true }] });
    const free = service("free", { dependsOn: [needs("base")] });
    const found = [container(service("base")), container(bound), container(free)];
    expect(plan([base, bound, free], "p", found, images, true).map((step) => step.do)).toEqual([
      "recreate",
      "restart",
      "keep",
    ]);
  });

  test("finds an image under the names that Podman gives short ones", () => {
    const all = [
      { id: "a", names: ["docker.io/library/redis:8"] },
      { id: "b", names: ["localhost/own:latest"] },
    ];
    expect([findImage(all, "redis:8")?.id, findImage(all, "own")?.id, findImage(all, "redis:7")]).toEqual([
      "a",
      "b",
      null,
    ]);
  });
});

test("rests double up to their maximum and are shortened by at most a quarter", () => {
  const backoff = { firstMs: 1000, maxMs: 60_000, loopAfter: 5, stableMs: 60_000 };
  expect([1, 2, 3, 6, 7, 100].map((deaths) => restMs(deaths, backoff, 0))).toEqual([
    1000, 2000, 4000, 32_000, 60_000, 60_000,
  ]);
  fc.assert(
    fc.property(fc.nat(1000), fc.double({ min: 0, max: 1, noNaN: true }), (deaths, luck) => {
      const full = restMs(deaths, backoff, 0);
      const rest = restMs(deaths, backoff, luck);
      expect(rest).toBeLessThanOrEqual(full);
      expect(rest).toBeGreaterThanOrEqual(Math.floor(full * 0.75));
    }),
  );
});

test("the critical path is the chain in which each waited for the one before it", () => {
  const services = [
    service("db"),
    service("slow"),
    service("app", { dependsOn: [needs("db"), needs("slow")] }),
    service("side", { dependsOn: [needs("db")] }),
  ];
  const timing = (name: string, readyMs: number) => ({ service: name, freeMs: 0, startedMs: 1, readyMs });
  const timings = [timing("db", 100), timing("slow", 900), timing("app", 1200), timing("side", 300)];
  expect(criticalPath(services, timings).map((one) => one.service)).toEqual(["slow", "app"]);
});

async function* lines<T>(...texts: T[]) {
  yield* texts;
}

test("lines of two streams all arrive, each stream in its order", async () => {
  const count = 5000;
  const many = (name: string) => lines(...Array.from({ length: count }, (_, at) => `${name}${at}`));
  const seen: string[] = [];
  for await (const { text } of mergeLines(many("a"), many("b"))) seen.push(text);
  for (const name of ["a", "b"]) {
    expect(seen.filter((text) => text.startsWith(name))).toEqual(
      Array.from({ length: count }, (_, at) => `${name}${at}`),
    );
  }
});

test("bytes become the lines they are, however they are cut; a line without end comes in pieces, whole", async () => {
  const texts = fc.string({ unit: fc.constantFrom("a", "é", "😀", "\n", "\r\n", " "), maxLength: 60 });
  await fc.assert(
    fc.asyncProperty(
      texts,
      fc.array(fc.nat(80)),
      fc.oneof(fc.integer({ min: 3, max: 20 }), fc.constant(200)),
      async (text, cuts, most) => {
        const bytes = Buffer.from(text);
        const places = [0, ...cuts.filter((at) => at < bytes.length).toSorted((a, b) => a - b), bytes.length];
        const chunks = places.slice(1).map((end, at) => bytes.subarray(places[at], end));
        const seen: string[] = [];
        for await (const one of splitLines(lines(...chunks), { most })) seen.push(one);
        const longest = Math.max(0, ...chunks.map(({ length }) => length));
        expect(seen.every((one) => one.length <= most + longest)).toBe(true);
        const whole = text.split(/\r?\n/);
        if (whole.at(-1) === "") whole.pop();
        if (most === 200) expect(seen).toEqual(whole);
        expect(seen.join("")).toBe(whole.join(""));
      },
    ),
  );
  const endless = async function* () {
    for (let part = 0; part < 100; part++) yield Buffer.alloc(1000, "x");
  };
  const sizes: number[] = [];
  for await (const one of splitLines(endless(), { most: 4096 })) sizes.push(one.length);
  expect(Math.max(...sizes)).toBe(4096);
  expect(sizes.reduce((sum, size) => sum + size, 0)).toBe(100_000);
});

test("logs of several services that are read to their end are merged by time", async () => {
  const logs: Readonly<Record<string, string[]>> = {
    "p-a": ["2026-01-01T00:00:01.5Z one", "2026-01-01T00:00:03Z three"],
    "p-b": ["2026-01-01T00:00:02Z two", "2026-01-01T00:00:04Z four"],
  };
  const podman: Pick<Podman, "stream"> = {
    stream: (argv) => ({
      lines: (async function* () {
        for (const text of logs[argv.at(-1) ?? ""] ?? []) yield { stream: "stdout" as const, text };
      })(),
      pid: () => null,
      [Symbol.asyncDispose]: async () => undefined,
    }),
  };
  const texts: string[] = [];
  const request = { follow: false, tail: null, since: null };
  const signal = AbortSignal.timeout(5000);
  for await (const { service: from, text } of readLogs(podman, "p", ["a", "b"], request, { signal })) {
    texts.push(`${from} ${text}`);
  }
  expect(texts).toEqual(["a one", "b two", "a three", "b four"]);
});

test("an error that podman stats tells instead of numbers is a failure, and not that nothing is used", async () => {
  const why = "stats is not supported in rootless mode without cgroups v2";
  const podman: Pick<Podman, "stream"> = {
    stream: () => ({
      lines: (async function* () {
        yield { stream: "stderr" as const, text: `Error: ${why}` };
      })(),
      pid: () => null,
      [Symbol.asyncDispose]: async () => undefined,
    }),
  };
  const frames = readUsage(podman, ["p-web"], { intervalSeconds: 1, signal: AbortSignal.timeout(5000) });
  await expect(frames.next()).rejects.toMatchObject({
    code: "podman",
    why,
    hint: expect.stringContaining("cgroup v2"),
  });
});
