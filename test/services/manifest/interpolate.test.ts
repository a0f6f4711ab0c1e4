// biome-ignore-all lint/suspicious/noTemplateCurlyInString: these are the variables of Compose
import { expect, test } from "vitest";
import { parseDotenv } from "../../../src/services/manifest/dotenv.ts";
import { type Asked, interpolate } from "../../../src/services/manifest/interpolate.ts";

const variables: Readonly<Record<string, string>> = { NAME: "web", EMPTY: "", PORT: "8080", INNER: "NAME" };
const lookup = (name: string) => variables[name];

test.each([
  ["plain", "plain"],
  ["$NAME", "web"],
  ["${NAME}", "web"],
  ["$NAME-$PORT.", "web-8080."],
  ["$$NAME", "$NAME"],
  ["$${NAME}", "${NAME}"],
  ["a$$", "a$"],
  ["${MISSING}", ""],
  ["${MISSING:-x}", "x"],
  ["${MISSING-x}", "x"],
  ["${EMPTY:-x}", "x"],
  ["${EMPTY-x}", ""],
  ["${NAME:-x}", "web"],
  ["${NAME:+x}", "x"],
  ["${EMPTY:+x}", ""],
  ["${EMPTY+x}", "x"],
  ["${MISSING+x}", ""],
  ["${NAME:?no}", "web"],
  ["${EMPTY?no}", ""],
  ["${MISSING:-${NAME}}", "web"],
  ["${MISSING:-${OTHER:-${PORT}}}", "8080"],
  ["${MISSING:-a}b}", "ab}"],
  ["${MISSING:-$$x}", "$x"],
  ["${MISSING:-}", ""],
  ["${NAME:+${PORT}}", "8080"],
  ["http://${MISSING:-localhost}:${PORT:-80}/", "http://localhost:8080/"],
])("%s becomes %s", (text, filled) => {
  expect(interpolate(text, lookup)).toBe(filled);
});

test.each([
  ["${MISSING:?give a name}", "the variable MISSING is not set or empty: give a name"],
  ["${MISSING?}", "the variable MISSING is not set"],
  ["${EMPTY:?no}", "the variable EMPTY is not set or empty: no"],
  ["${MISSING:?needs ${NAME}}", "the variable MISSING is not set or empty: needs web"],
  ["${NAME", "a ${ is not closed"],
  ["${}", "${} names no variable"],
  ["${NAME%x}", "${NAME%x} is not understood"],
  ["$(date)", "a $ names no variable; write $$ for a dollar"],
  ["5$", "a $ names no variable; write $$ for a dollar"],
])("%s is refused", (text, why) => {
  expect(() => interpolate(text, lookup)).toThrow(why);
});

test("what was asked for is known, and what of it was blank", () => {
  const asked: Asked = { all: new Set(), blank: new Set() };
  interpolate("$NAME ${MISSING} ${ABSENT:-x} ${OTHER:+${DEEP}}", lookup, asked);
  expect([[...asked.all], [...asked.blank]]).toEqual([["NAME", "MISSING", "ABSENT", "OTHER"], ["MISSING"]]);
});

test("a file of variables is read as Compose reads it", () => {
  const text = [
    "\uFEFF# a comment",
    "",
    "A=1",
    "export B = two words # and a comment",
    "C='single $A # kept'",
    'D="double ${A}\\n\\"quoted\\" \\$A" # gone',
    "E=${MISSING:-fallback}",
    "F=$A$NAME",
    "G=",
    "NAME",
    "H=a#b",
  ].join("\r\n");
  expect(Object.fromEntries(parseDotenv(text, lookup))).toEqual({
    A: "1",
    B: "two words",
    C: "single $A # kept",
    D: 'double 1\n"quoted" $A',
    E: "fallback",
    F: "1web",
    G: "",
    NAME: "web",
    H: "a#b",
  });
});

test.each([
  ["A=1\n1B=2", 2, "is no NAME=value"],
  ["A='open", 1, "has a quote that is not closed"],
  ["\n\nA=hunter2$", 3, "has a $ that names no variable"],
  ["A=${MISSING:?say it}", 1, "the variable MISSING is not set or empty: say it"],
])("a bad line of such a file is named by its number, without its value: %j", (text, line, message) => {
  expect(() => parseDotenv(text, lookup)).toThrow(expect.objectContaining({ line, message }));
});
