// biome-ignore-all lint/suspicious/noTemplateCurlyInString: these are the variables of Compose
import { readFileSync } from "node:fs";
import fc from "fast-check";
import { expect, test } from "vitest";
import { parse, stringify } from "yaml";
import { Failure } from "../../../src/engine/errors.ts";
import { examineStack } from "../../../src/services/manifest/load.ts";
import { shippedCompose } from "../../../src/services/shipped.ts";
import { configIn, machineOf, temporary, write } from "./loading.ts";

// Puts something else at one place of plain data.
function replaced(data: unknown, path: readonly number[], value: unknown): unknown {
  const [first, ...rest] = path;
  if (first === undefined || typeof data !== "object" || data === null) return value;
  const keys = Object.keys(data);
  const key = keys[first % Math.max(1, keys.length)];
  if (key === undefined) return value;
  if (Array.isArray(data)) return data.map((one, at) => (String(at) === key ? replaced(one, rest, value) : one));
  return Object.fromEntries(
    Object.entries(data).map(([name, one]) => [name, name === key ? replaced(one, rest, value) : one]),
  );
}

async function examine(files: readonly string[], home: string) {
  try {
    const { findings } = await examineStack(configIn(home), { files, tier: "full", machine: machineOf(64e9) });
    for (const { message, hint, place, level } of findings) {
      expect([message, hint].every((text) => text.length > 0)).toBe(true);
      expect([level, place === null || place.line >= 1]).toEqual([level, true]);
    }
    return findings.length;
  } catch (error) {
    if (error instanceof Failure) return 1;
    throw error;
  }
}

test("whatever stands at a place of a Compose file, the answer is a finding and never a crash", async () => {
  const home = temporary();
  const whole: unknown = parse(readFileSync(shippedCompose, "utf8"), { merge: true });
  let found = 0;
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.nat(30), { maxLength: 6 }),
      fc.oneof(
        fc.jsonValue({ maxDepth: 2 }),
        fc.constantFrom("${", "$", "${A:?b}", "!reset", "<<", "__proto__", -1, 1e308),
      ),
      async (path, value) => {
        const files = write(home, { "a.yaml": stringify(replaced(whole, path, value)) });
        found += await examine(files, home);
        const [over = ""] = write(home, { "b.yaml": stringify(replaced(whole, path, value)) });
        found += await examine([shippedCompose, over], home);
      },
    ),
    { numRuns: 150 },
  );
  expect(found).toBeGreaterThan(50);
}, 60_000);

test("whatever bytes a file holds, the answer is a finding and never a crash", async () => {
  const home = temporary();
  const text = readFileSync(shippedCompose, "utf8");
  await fc.assert(
    fc.asyncProperty(
      fc.nat(text.length),
      fc.nat(40),
      fc.string({ unit: "binary", maxLength: 12 }),
      async (at, cut, put) => {
        const files = write(home, { "a.yaml": text.slice(0, at) + put + text.slice(at + cut) });
        await examine(files, home);
      },
    ),
    { numRuns: 150 },
  );
}, 60_000);
