import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { describe, expect, test } from "vitest";
import { Failure } from "../../../src/engine/errors.ts";
import { openBreaker } from "../../../src/engine/guards/breaker.ts";
import { type MachineOptions, type Outcome, openMachine, type Thresholds } from "../../../src/engine/guards/machine.ts";
import { counted } from "../../counts.ts";
import { temporaryDirectory } from "../telemetry/writing.ts";
import { Reference } from "./model.ts";

const histories = counted(240, 2400);
const steps = 500;

/** A breaker as the comparison sees it: a call is begun, or refused, and ends some time later. */
interface Subject {
  begin(): ((outcome: Outcome) => Promise<void>) | null;
  look(): ReturnType<Reference["look"]>;
  trip(): void;
  reset(): void;
  close(): void;
}

type Open = (thresholds: Thresholds, clock: () => number) => Subject;

function ofMachine(open: typeof openMachine): Open {
  return (thresholds, clock) => {
    const options: MachineOptions = { thresholds, clock, onChange: () => undefined };
    const machine = open(options);
    return {
      begin() {
        const ticket = machine.admit();
        return ticket && (async (outcome) => machine.end(ticket, outcome, "why"));
      },
      look() {
        const { phase: state, failures, successes } = machine.remembered();
        return { state, failures, successes, probes: machine.probes(), retryAfterMs: machine.retryAfterMs() };
      },
      trip: () => machine.trip("test"),
      reset: () => machine.reset("test"),
      close: () => undefined,
    };
  };
}

const ofBreaker: Open = (thresholds, clock) => {
  const breaker = openBreaker({
    name: "qdrant",
    thresholds,
    uncounted: ["refused"],
    clock: { now: clock, wall: clock },
    onChange: () => undefined,
    onCount: () => undefined,
  });
  return {
    begin() {
      let called = false;
      const { promise, resolve, reject } = Promise.withResolvers<void>();
      const made = breaker.run(() => {
        called = true;
        return promise;
      });
      const settled = made.catch((error: unknown) => {
        if (!called && !(error instanceof Failure && error.code === "silent")) throw error;
      });
      if (!called) return null;
      return (outcome) => {
        if (outcome === "success") resolve();
        else if (outcome === "failure") reject(new Error("down"));
        else reject(new Failure("refused", { what: "It was not kept", why: "422" }));
        return settled;
      };
    },
    look() {
      const { state, failures, successes, probes, retryAfterMs } = breaker.state();
      return { state, failures, successes, probes, retryAfterMs };
    },
    trip: () => breaker.trip("test"),
    reset: () => breaker.reset(),
    close: () => breaker.close(),
  };
};

/** Numbers that look random and are the same in every run (mulberry32). */
function random(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) % below;
  };
}

function someThresholds(pick: (below: number) => number): Thresholds {
  return {
    failures: 1 + pick(5),
    openMs: 20 + pick(30),
    successes: 1 + pick(3),
    probes: 1 + pick(4),
    probeMs: 30 + pick(120),
    slowCallMs: pick(3) === 0 ? 15 : null,
    slowCallShare: 0.5,
    slowCallWindow: 1 + pick(8),
  };
}

interface Seen {
  steps: number;
  probesMost: number;
  readonly states: Map<string, number>;
  refused: number;
}

/** Plays one random history on a breaker and on the reference; fails at the first difference. */
async function compare(open: Open, seed: number, steps: number, seen: Seen): Promise<void> {
  const pick = random(seed);
  const thresholds = someThresholds(pick);
  const reference = new Reference(thresholds);
  const subject = open(thresholds, () => reference.nowMs);
  const underWay: { call: NonNullable<ReturnType<Reference["begin"]>>; end: (outcome: Outcome) => Promise<void> }[] =
    [];
  let before = "closed";
  try {
    for (let step = 0; step < steps; step++) {
      const what = pick(100);
      const at = `seed ${seed}, step ${step}, ${JSON.stringify(thresholds)}`;
      if (what < 40) {
        const call = reference.begin();
        const end = subject.begin();
        expect(end !== null, `admitted; ${at}`).toBe(call !== null);
        if (call && end) underWay.push({ call, end });
        else seen.refused++;
      } else if (what < 80) {
        const [one] = underWay.splice(pick(Math.max(1, underWay.length)), 1);
        if (one) {
          const outcome =
            (["success", "success", "success", "failure", "failure", "uncounted"] as const)[pick(6)] ?? "success";
          reference.end(one.call, outcome);
          await one.end(outcome);
        }
      } else if (what < 97)
        reference.nowMs += [1, 5, thresholds.openMs - 1, thresholds.openMs, thresholds.probeMs][pick(5)] ?? 1;
      else if (what < 98) {
        reference.trip();
        subject.trip();
      } else {
        reference.reset();
        subject.reset();
      }
      const expected = reference.look();
      expect(subject.look(), at).toEqual(expected);
      seen.steps++;
      if (expected.state === "half_open")
        seen.probesMost = Math.max(seen.probesMost, expected.probes - thresholds.probes);
      if (expected.state !== before) {
        const change = `${before} → ${expected.state}`;
        seen.states.set(change, (seen.states.get(change) ?? 0) + 1);
        before = expected.state;
      }
    }
  } finally {
    for (const { end } of underWay) await end("uncounted");
    subject.close();
  }
}

async function compareAll(open: Open, runs: number, steps: number): Promise<Seen> {
  const seen: Seen = { steps: 0, probesMost: Number.NEGATIVE_INFINITY, states: new Map(), refused: 0 };
  for (let seed = 1; seed <= runs; seed++) await compare(open, seed, steps, seen);
  return seen;
}

describe.each([
  ["the rules alone", ofMachine(openMachine)],
  ["the breaker with its calls", ofBreaker],
])("%s against a reference", (_, open) => {
  test(`${histories * steps} random steps with overlapping calls agree, and never more probes pass than are allowed`, async () => {
    const seen = await compareAll(open, histories, steps);
    expect(seen.steps).toBe(histories * steps);
    expect(seen.probesMost).toBe(0);
    expect(seen.refused).toBeGreaterThan(10_000);
    for (const change of ["closed → open", "open → half_open", "half_open → closed", "half_open → open"]) {
      expect([change, (seen.states.get(change) ?? 0) > 300]).toEqual([change, true]);
    }
  }, 600_000);
});

describe("a planted mistake is seen", () => {
  const source = readFileSync(fileURLToPath(new URL("../../../src/engine/guards/machine.ts", import.meta.url)), "utf8");

  test.each([
    ["results of calls from an earlier state count", "ticket.epoch !== epoch || ", ""],
    [
      "one probe too many",
      "probes.size >= thresholds.probes) return null",
      "probes.size > thresholds.probes) return null",
    ],
    ["a probe's place is never given back", "if (probes.size > 0) probes.delete(ticket);", ""],
    [
      "a success does not end a row of failures",
      'if (outcome === "success") failures = 0;',
      'if (outcome === "success") {}',
    ],
    ["one success closes it", "if (++successes >= thresholds.successes)", "if (++successes >= 1)"],
    [
      "a failed probe is forgiven",
      'if (outcome === "failure") {\n      failures++;',
      'if (outcome === "failure" && failures < 0) {\n      failures++;',
    ],
    ["it opens again by itself after a trip by hand", "tripped !== null || clock()", "clock()"],
    ["it opens one failure late", "++failures >= thresholds.failures", "failures++ >= thresholds.failures"],
    ["slowness counts twice as much", "slow / slowCallWindow", "(2 * slow) / slowCallWindow"],
    [
      "a probe without an answer keeps its place for ever",
      "probe.startedMs < thresholds.probeMs) continue",
      "probe.startedMs < Infinity) continue",
    ],
  ])("%s", async (_title, from, to) => {
    expect(source.split(from)).toHaveLength(2);
    using directory = temporaryDirectory();
    const file = join(directory.path, "machine.ts");
    writeFileSync(file, source.replace(from, to));
    const planted: { openMachine: typeof openMachine } = await import(/* @vite-ignore */ pathToFileURL(file).href);
    await expect(compareAll(ofMachine(planted.openMachine), 240, 500)).rejects.toThrow(/seed/);
  });
});
