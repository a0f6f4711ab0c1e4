import fc from "fast-check";
import { expect, test } from "vitest";
import { openWordScan } from "../../../src/engine/learning/word-scan.ts";

const words = ["key", "keys", "sk-", "/home/", "eyj", "y-s"];

test("the scan finds just the words that are in a text, regardless of case", () => {
  const scan = openWordScan(words.map((word, index) => ({ word, assigned: false, bits: 1 << index })));
  const piece = fc.constantFrom("k", "e", "y", "s", "S", "-", "KEY", "/HOME/", "eyJ", "ſ", "K", " ");
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 20 }), (pieces) => {
      const text = pieces.join("");
      const lower = text.replace(/[A-Z]/g, (letter) => letter.toLowerCase());
      const expected = words.reduce((bits, word, index) => bits | (lower.includes(word) ? 1 << index : 0), 0);
      expect(scan(text)).toBe(expected);
    }),
    { numRuns: 5000 },
  );
});

test("a word that must be assigned counts only with a colon or an equals sign after its name", () => {
  const scan = openWordScan([{ word: "token", assigned: true, bits: 1 }]);
  const found = ["token=x", "TOKEN_2 : x", '"my.token-id": 1', 'token\\": x', "no token, token = x"];
  expect(found.map(scan)).toEqual(found.map(() => 1));
  const not = ["token", "token x=1", "the token (=", "to ken=1", `token${"x".repeat(100)}=1`];
  expect(not.map(scan)).toEqual(not.map(() => 0));
});
