import * as fc from "fast-check";
import { expect, test } from "vitest";
import { parsePattern } from "../../src/tui/pattern.ts";

const slow = ["(a+)+$", "(a|aa)+$", "^(([a-z])+.)+[a-z0-9]([0-9])+$", "(a+)+B"];

test.each(slow)(
  "the expression %s, which other engines never finish with, is done with a long line at once",
  (text) => {
    const line = `${"a".repeat(16_000)}!`;
    const began = performance.now();
    for (let times = 0; times < 20; times++) expect(parsePattern(text)?.matches(line)).toBe(false);
    expect(performance.now() - began).toBeLessThan(2000);
  },
);

test("what looks around or back, and what is no expression, is looked for as it stands", () => {
  for (const text of ["a(?=b)", "(?<!a)b", "(a)\\1", "(", "[z-a]"]) {
    const pattern = parsePattern(text);
    expect([text, pattern?.literal, pattern?.matches(`before ${text} behind`), pattern?.matches("ab aa")]).toEqual([
      text,
      true,
      true,
      false,
    ]);
  }
});

test("small letters match large ones as well, large ones only themselves, and a match is where it stands", () => {
  expect(parsePattern("err")?.matches("An ERROR")).toBe(true);
  expect(parsePattern("Err")?.matches("An ERROR")).toBe(false);
  expect(parsePattern("!err")?.matches("An ERROR")).toBe(false);
  fc.assert(
    fc.property(fc.string({ unit: fc.constantFrom("a", "İ", "ß", "漢", "K", "😀") }), (before) => {
      const found = parsePattern("needle")?.find(`${before}NEEDLE`);
      expect(found).toEqual({ start: before.length, end: before.length + 6 });
    }),
  );
});
