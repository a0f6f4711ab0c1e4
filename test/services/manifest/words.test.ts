import fc from "fast-check";
import { expect, test } from "vitest";
import { nearestWord } from "../../../src/services/manifest/nearest.ts";
import { bytesText, durationText, parseBytes, parseDuration } from "../../../src/services/manifest/quantity.ts";
import { shellWords } from "../../../src/services/manifest/shell-words.ts";

test.each([
  ["10s", 10_000],
  ["1m30s", 90_000],
  ["1h", 3_600_000],
  ["250ms", 250],
  ["1.5s", 1500],
  ["500us", 1],
  ["0", 0],
  ["10", null],
  ["s", null],
  ["-1s", null],
  ["1 s", null],
  ["1d", null],
])("the duration %s is %s ms", (text, ms) => {
  expect(parseDuration(text)).toBe(ms);
});

test.each([
  ["512m", 536_870_912],
  ["512mb", 536_870_912],
  ["512MiB", 536_870_912],
  ["1.5g", 1_610_612_736],
  ["1024", 1024],
  ["64k", 65_536],
  ["1b", 1],
  ["1T", 1_099_511_627_776],
  ["", null],
  ["m", null],
  ["12x", null],
  ["-1m", null],
])("the size %s is %s bytes", (text, bytes) => {
  expect(parseBytes(text)).toBe(bytes);
});

test("sizes and durations are read back as they are written", () => {
  fc.assert(
    fc.property(fc.nat(2 ** 40), fc.nat(10 ** 9), (bytes, ms) => {
      expect(parseBytes(bytesText(bytes))).toBe(bytes);
      expect(parseDuration(durationText(ms))).toBe(ms);
    }),
  );
});

test.each([
  ["a b  c", ["a", "b", "c"]],
  ["a 'b c' \"d e\"", ["a", "b c", "d e"]],
  ['a\\ b \'c\\d\' "e\\"f" "g\\h"', ["a b", "c\\d", 'e"f', "g\\h"]],
  ["'' x\"\"y", ["", "xy"]],
  ["", []],
  ["'open", null],
  ["end\\", null],
])("the command line %j is split into %j", (text, words) => {
  expect(shellWords(text)).toEqual(words);
});

test("a word that is nearly right is found, and one that is far from all is not", () => {
  expect(nearestWord("imagee", ["image", "init"])).toBe("image");
  expect(nearestWord("enviroment", ["environment", "env_file"])).toBe("environment");
  expect(nearestWord("gpus", ["image", "environment"])).toBe(null);
});
