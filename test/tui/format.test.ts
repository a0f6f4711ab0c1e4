import * as fc from "fast-check";
import stringWidth from "string-width";
import { describe, expect, test } from "vitest";
import { clean } from "../../src/tui/clean.ts";
import { age, bytes, clock, count, left, percent, rate, span, took } from "../../src/tui/format.ts";
import { gauge } from "../../src/tui/parts/gauge.ts";
import { sparkline } from "../../src/tui/parts/sparkline.ts";
import { asciiSigns, toAscii, unicodeSigns } from "../../src/tui/signs.ts";
import { fitting, pad, truncate, widthOf, wrap, wrapWords } from "../../src/tui/width.ts";

describe("numbers are short, steady, and unknown is never zero", () => {
  test.each([
    [bytes, 0, "0B"],
    [bytes, 999, "999B"],
    [bytes, 1000, "1.0K"],
    [bytes, 1024 * 100, "100K"],
    [bytes, 1024 ** 2 * 1.5, "1.5M"],
    [bytes, 1024 ** 3 * 99, "99G"],
    [bytes, null, "–"],
    [count, 0, "0"],
    [count, 99_999, "99,999"],
    [count, 123_456, "123k"],
    [count, 999_499, "999k"],
    [count, 1_234_567, "1.2M"],
    [count, null, "–"],
    [rate, 0, "0/s"],
    [rate, 3.21, "3.2/s"],
    [rate, 128, "128/s"],
    [rate, null, "–"],
    [percent, 0, "0%"],
    [percent, 0.001, "<1%"],
    [percent, 0.996, "99%"],
    [percent, 1, "100%"],
    [percent, null, "–"],
    [span, 59_999, "<1m"],
    [span, 120_000, "2m"],
    [span, 3_600_000 * 5, "5h"],
    [span, 86_400_000 * 3, "3d"],
    [span, null, "–"],
    [left, 12_000, "15s"],
    [left, 0, "now"],
    [left, 600_000, "10m"],
    [took, 340, "340ms"],
    [took, 1234, "1.2s"],
    [took, 125_000, "2m 5s"],
  ] as const)("%o of %s is %s", (format, value, text) => {
    expect(format(value)).toBe(text);
  });

  test("bytes take at most five cells and counts at most six, whatever they are", () => {
    fc.assert(fc.property(fc.double({ min: 0, max: 1e15, noNaN: true }), (value) => bytes(value).length <= 5));
    fc.assert(fc.property(fc.integer({ min: 0, max: 1e12 }), (value) => count(value).length <= 6));
  });

  test("a time that is no time is shown as unknown", () => {
    expect([age("not a date", 0), age(null, 0), clock("not a date"), clock(null)]).toEqual([
      "–",
      "–",
      "--:--:--",
      "--:--:--",
    ]);
  });
});

describe("whatever a program writes, the screen stays whole", () => {
  test.each([
    ["red \u001b[31mtext\u001b[0m", "red text"],
    ["title \u001b]0;owned\u0007 gone", "title  gone"],
    ["link \u001b]8;;http://x\u001b\\here\u001b]8;;\u001b\\", "link here"],
    ["cursor \u001b[2J\u001b[H home", "cursor  home"],
    ["bell \u0007 nul \u0000", "bell  nul "],
    ["8-bit \u009b31mred", "8-bit red"],
    ["unended \u001b[", "unended "],
    ["tab\tand\r\nline", "tab  and line"],
    ["reversed \u202eabc\u202c", "reversed abc"],
    ["heart ❤️ family 👨‍👩‍👧", "heart ❤ family 👨👩👧"],
    ["flag 🇩🇪", "flag DE"],
    ["lone \ud800 half", "lone \ufffd half"],
  ])("%j becomes %j", (dirty, tidy) => {
    expect(clean(dirty)).toBe(tidy);
  });

  test("no control character ever passes, and cleaning twice changes nothing", () => {
    const wild = fc.oneof(
      fc.string({ unit: "binary" }),
      fc.string({
        unit: fc.constantFrom("\u001b", "[", "]", ";", "m", "3", "\u0007", "\\", "x", "\u009b", "P", "é", "漢"),
      }),
    );
    fc.assert(
      fc.property(wild, (text) => {
        const tidy = clean(text);
        expect(tidy).not.toMatch(/[\p{Cc}\p{Cf}\p{Cs}]/u);
        expect(clean(tidy)).toBe(tidy);
      }),
      { numRuns: 1000 },
    );
  });

  test("a line of ten megabytes is cleaned in a moment", () => {
    const started = performance.now();
    clean(`${"\u001b[31mx".repeat(1_000_000)}${"\u001b]".repeat(500_000)}`);
    expect(performance.now() - started).toBeLessThan(5000);
  });
});

describe("text is cut by the cells it takes", () => {
  const words = fc.string({
    unit: fc.constantFrom("a", "Z", " ", "é", "漢", "字", "｜", "한", "😀", "─", "ü", "क", "ñ"),
  });

  test("a cut text is never wider than it may be, and never half a character", () => {
    fc.assert(
      fc.property(words, fc.integer({ min: 0, max: 40 }), (text, cells) => {
        expect(widthOf(truncate(text, cells, "…"))).toBeLessThanOrEqual(cells);
        expect(widthOf(pad(text, cells, "…"))).toBe(cells);
        expect(text.startsWith(fitting(text, cells))).toBe(true);
        expect(wrap(text, Math.max(2, cells)).join("")).toBe(text);
      }),
    );
  });

  test("a text that fits is left alone", () => {
    expect(truncate("漢字", 4, "…")).toBe("漢字");
    expect(truncate("漢字x", 4, "…")).toBe("漢…");
    expect(pad("7", 3, "…", "right")).toBe("  7");
  });

  test("widths are those that the renderer measures", () => {
    fc.assert(
      fc.property(fc.string({ unit: "grapheme" }), (text) => {
        const tidy = clean(text);
        for (const character of tidy) {
          if (/[\p{M}\u1100-\u11ff\ua960-\ua97c\ud7b0-\ud7fb\uff9e\uff9f]/u.test(character)) continue;
          expect([character, widthOf(character)]).toEqual([character, stringWidth(character)]);
        }
      }),
      { numRuns: 2000 },
    );
  });

  test("in ASCII there is nothing but ASCII, in as many cells", () => {
    fc.assert(fc.property(words, (text) => /^[ -~]*$/.test(toAscii(text))));
    expect(toAscii("● größe ─ 漢")).toBe("* gro?e - ?");
    expect([...unicodeSigns.spark]).toHaveLength([...asciiSigns.spark].length);
  });
});

describe("a gauge and a sparkline", () => {
  const text = (share: number | null) =>
    gauge(share, 10, unicodeSigns, "good")
      .map((one) => one.text)
      .join("");

  test("show a little as something, almost all as not all, and unknown as neither", () => {
    expect([text(0), text(0.001), text(0.5), text(0.999), text(1), text(null)]).toEqual([
      "░░░░░░░░░░",
      "█░░░░░░░░░",
      "█████░░░░░",
      "█████████░",
      "██████████",
      "––––––––––",
    ]);
  });

  test("always take the cells they were given", () => {
    fc.assert(
      fc.property(fc.array(fc.nat(1000)), fc.integer({ min: 1, max: 60 }), (values, cells) => {
        expect(widthOf(sparkline(values, cells, unicodeSigns).text)).toBe(cells);
      }),
    );
    expect(sparkline([0, 1, 4, 8], 6, unicodeSigns).text).toBe("  ▁▂▅█");
  });
});

test.each([
  ["one two three", 7, ["one two", "three"]],
  ["one", 80, ["one"]],
  ["", 5, [""]],
  ["abcdefghij kl", 4, ["abcd", "efgh", "ij", "kl"]],
  ["漢字 漢字", 5, ["漢字", "漢字"]],
])("%j in rows of %i cells breaks between words where it can", (text, cells, rows) => {
  expect(wrapWords(text, cells)).toEqual(rows);
});
