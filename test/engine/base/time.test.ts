import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { readTime } from "../../../src/engine/base/time.ts";

const noon = "2026-03-01T12:30:15.000Z";
const at = Date.parse(noon);

const written: readonly (readonly [value: unknown, iso: string])[] = [
  ["2026-03-01T12:30:15Z", noon],
  ["2026-03-01T12:30:15", noon],
  ["2026-03-01 12:30:15", noon],
  ["2026-03-01 12:30:15 UTC".replace(" UTC", "Z"), noon],
  ["2026-03-01T12:30:15.1", "2026-03-01T12:30:15.100Z"],
  ["2026-03-01T12:30:15.123456", "2026-03-01T12:30:15.123Z"],
  ["2026-03-01T12:30:15,987654321Z", "2026-03-01T12:30:15.987Z"],
  ["2026-03-01T12:30", "2026-03-01T12:30:00.000Z"],
  ["2026-03-01", "2026-03-01T00:00:00.000Z"],
  ["20260301T123015Z", noon],
  ["2026-03-01T18:00:15+05:30", noon],
  ["2026-03-01T18:00:15+0530", noon],
  ["2026-03-01T07:30:15-05", noon],
  ["2026-03-01 07:30:15.000000 -05:00", noon],
  ["2026-03-01T12:30:15.000000+00:00Z", noon],
  ["2026-02-28T23:59:60Z", "2026-03-01T00:00:00.000Z"],
  ["2026-02-28T24:00:00", "2026-03-01T00:00:00.000Z"],
  ["Sun, 01 Mar 2026 12:30:15 GMT", noon],
  ["1 Mar 2026 18:00:15 +0530", noon],
  [at / 1000, noon],
  [at / 1000 + 0.25, "2026-03-01T12:30:15.250Z"],
  [at, noon],
  [at * 1000, noon],
  [at * 1e6, noon],
  [String(at / 1000), noon],
  [`${at / 1000}.5`, "2026-03-01T12:30:15.500Z"],
  [String(at), noon],
  [`${at}999`, noon],
  [`${at}999999`, noon],
  [0, "1970-01-01T00:00:00.000Z"],
];

const nonsense: readonly unknown[] = [
  "",
  " ",
  "yesterday",
  "1",
  "2026",
  "2026-13-01",
  "2026-02-30T00:00:00Z",
  "2026-03-01T25:00:00",
  "2026-03-01T12:60:00",
  "2026-03-01T24:00:01",
  "2026-03-01T12:00:00+99:00",
  "0000-01-01",
  "0001-01-01T00:00:00+01:00",
  "9999-12-31T23:59:59-01:00",
  "999999999999999999999",
  "+010000-01-01T00:00:00Z",
  -1,
  Number.NaN,
  Number.POSITIVE_INFINITY,
  1e300,
  1e20,
  null,
  undefined,
  true,
  {},
  [noon],
  `2026-03-01T12:30:15.${"1".repeat(1_000_000)}Z`,
];

test("a time is understood however a producer wrote it, and nonsense is none", () => {
  for (const [value, iso] of written) expect([value, readTime(value)]).toEqual([value, iso]);
  for (const value of nonsense) expect([value, readTime(value)]).toEqual([value, ""]);
});

test("reading a time never fails, and what was read is read the same again", () => {
  const any = fc.oneof(fc.anything(), fc.string({ unit: "binary" }), fc.double(), fc.bigInt());
  fc.assert(
    fc.property(any, (value) => {
      const read = readTime(value);
      if (read !== "") expect(read).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
      expect(readTime(read)).toBe(read);
    }),
  );
  const date = fc.date({ min: new Date("0001-01-01"), max: new Date("9999-12-31"), noInvalidDate: true });
  fc.assert(
    fc.property(date, (one) => {
      const iso = one.toISOString();
      expect(readTime(iso)).toBe(iso);
      expect(readTime(iso.slice(0, -1))).toBe(iso);
      expect(readTime(iso.replace("T", " ").replace("Z", "+00:00"))).toBe(iso);
    }),
  );
});

describe.each(["Asia/Kolkata", "America/New_York", "UTC"])("on a machine in %s", (TZ) => {
  test("a stamp without a zone is UTC all the same", () => {
    const owner = fileURLToPath(new URL("../../../src/engine/base/time.ts", import.meta.url));
    const values = written.map(([value]) => value);
    const script = `import { readTime } from ${JSON.stringify(owner)};
      console.log(JSON.stringify([new Date("2026-03-01T12:00:00").getTimezoneOffset(), ...${JSON.stringify(values)}.map(readTime)]))`;
    const args = ["--experimental-strip-types", "--no-warnings", "--input-type=module", "--eval", script];
    const child = spawnSync(process.execPath, args, { encoding: "utf8", env: { ...process.env, TZ } });
    const [offset, ...read] = JSON.parse(child.stdout);
    expect(offset).toBe({ "Asia/Kolkata": -330, "America/New_York": 300 }[TZ] ?? 0);
    expect(read).toEqual(written.map(([, iso]) => iso));
  });
});
