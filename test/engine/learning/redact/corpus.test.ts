import { expect, test } from "vitest";
import { leaves, measure, readHalves } from "../../../../scripts/redaction-rates.mjs";
import { makeCorpus } from "../../../../scripts/secrets-corpus.mjs";

const known = readHalves().get("known") ?? { secrets: [], harmless: [] };

test("nearly no family of secrets leaves a part of itself in any context", () => {
  const { missed } = measure(known);
  const titles = missed.map(({ family, context }) => `${family} in ${context}`);
  expect(known.secrets.length).toBeGreaterThan(3000);
  expect([titles, titles.length / known.secrets.length <= 0.02]).toEqual([titles, true]);
});

test("nearly no harmless text is changed", () => {
  const { changed } = measure(known);
  const texts = changed.map(({ text }) => text);
  expect(known.harmless.length).toBeGreaterThan(300);
  expect([texts, texts.length / known.harmless.length <= 0.02]).toEqual([texts, true]);
});

test("the corpus is the same each time, and a half of a secret counts as left", () => {
  expect(makeCorpus()).toEqual(makeCorpus());
  expect(leaves("the end 3456789abc stays", "123456789abc")).toBe(true);
  expect(leaves("nothing", "123456789abc")).toBe(false);
});
