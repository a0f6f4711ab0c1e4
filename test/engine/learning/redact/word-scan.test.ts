import fc from "fast-check";
import { expect, test } from "vitest";
import { openWordScan } from "../../../../src/engine/learning/redact/word-scan.ts";

const words = ["key", "keys", "sk-", "/home/", "eyj", "y-s", "s"];

test("the scan finds each word at each place where it ends, regardless of case", () => {
  const scan = openWordScan(words);
  const piece = fc.constantFrom("k", "e", "y", "s", "S", "-", "KEY", "/HOME/", "eyJ", "ſ", "K", " ");
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 20 }), (pieces) => {
      const text = pieces.join("");
      const lower = text.replace(/[A-Z]/g, (letter) => letter.toLowerCase());
      const expected = words.flatMap((word) =>
        [...Array(text.length + 1).keys()]
          .filter((end) => lower.slice(0, end).endsWith(word))
          .map((end) => `${word}@${end}`),
      );
      const found: string[] = [];
      scan(text, (word, end) => found.push(`${words[word]}@${end}`));
      expect(found.toSorted()).toEqual(expected.toSorted());
    }),
    { numRuns: 5000 },
  );
});

test("the scan knows more words than a number has bits", () => {
  const many = Array.from({ length: 500 }, (_, index) => `w${index}.`);
  const found: number[] = [];
  openWordScan(many)(many.join(" "), (word) => found.push(word));
  expect(found).toEqual(many.map((_, index) => index));
});
