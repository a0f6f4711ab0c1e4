import fc from "fast-check";
import { expect, test } from "vitest";
import { cutText, wellFormed } from "../../../src/engine/base/text.ts";

const anyText = fc.string({ unit: "binary", maxLength: 400 });
const emoji = fc.constantFrom("👩‍👩‍👧‍👦", "🇩🇪", "e\u0301", "👍🏽", "\r\n", "😀", "각", "a", "ß", "\u2028");

test("a cut text is the longest beginning in whole graphemes", () => {
  const texts = fc.array(emoji, { maxLength: 60 }).map((parts) => parts.join(""));
  fc.assert(
    fc.property(texts, fc.integer({ min: 0, max: 80 }), (text, most) => {
      const graphemes = [...new Intl.Segmenter("und").segment(text)].map(({ segment }) => segment);
      let wanted = "";
      for (const one of graphemes) {
        if (wanted.length + one.length > most) break;
        wanted += one;
      }
      expect(cutText(text, most)).toBe(wanted);
    }),
    { numRuns: 3000 },
  );
});

test("a cut makes no half character, whatever the text", () => {
  fc.assert(
    fc.property(anyText, fc.integer({ min: 0, max: 500 }), (text, most) => {
      const whole = wellFormed(text);
      const cut = cutText(whole, most);
      expect(cut.length).toBeLessThanOrEqual(most);
      expect(whole.startsWith(cut)).toBe(true);
      expect(cut.isWellFormed()).toBe(true);
      if (whole.length <= most) expect(cut).toBe(whole);
    }),
    { numRuns: 3000 },
  );
});

test("a letter under ten thousand marks is cut between two of them", () => {
  const text = `${"a".repeat(100)}b${"\u0301".repeat(10_000)}`;
  expect(cutText(text, 5000)).toHaveLength(5000);
});
