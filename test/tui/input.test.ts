import * as fc from "fast-check";
import { expect, test } from "vitest";
import { openInputGuard } from "../../src/tui/input.ts";

const answers = [
  "\u001b]11;rgb:0000/0000/0000\u0007",
  "\u001b]52;c;cXVpdA==\u001b\\",
  "\u001bP>|xterm(388)\u001b\\",
  "\u001b_Gi=31;OK\u001b\\",
];
const typed = ["q", "漢", "\u001b[A", "\u001bOP", "\r", "\u001b[1;5D", ":up\r"];
const pastes = ["\u001b[200~one\ntwo \u001b]0;x\u0007\u001b[201~", "\u001b[200~\u001b[201~"];

/** A text in parts cut at these places. */
function cut(text: string, places: readonly number[]): string[] {
  const at = [...new Set(places.map((place) => place % (text.length + 1)))].toSorted((a, b) => a - b);
  return [...at, text.length].map((end, index) => text.slice(at[index - 1] ?? 0, end));
}

test("keys and pastes pass as they are, answers of the terminal do not, however what comes is cut", () => {
  fc.assert(
    fc.property(
      fc.array(fc.constantFrom(...answers, ...typed, ...pastes), { maxLength: 12 }),
      fc.array(fc.nat(1000), { maxLength: 6 }),
      (all, places) => {
        const text = all.join("");
        // What begins and ends an answer or a paste is one write of the terminal.
        const whole = places.filter((place) => {
          const head = text.slice(0, place % (text.length + 1));
          return !/^([\]PX^_]|\[[0-9]*)?$/.test(head.slice(head.lastIndexOf("\u001b") + 1));
        });
        const guard = openInputGuard();
        const passed = cut(text, whole).map((part, at) => guard(part, at));
        expect(passed.join("")).toBe(all.filter((one) => !answers.includes(one)).join(""));
      },
    ),
  );
});

test("an answer that never ends costs no key that is pressed later, and never ctrl+c", () => {
  const guard = openInputGuard();
  expect(guard("\u001b]11;rgb:", 0)).toBe("");
  expect(guard("00/\u0003", 10)).toBe("\u0003");
  expect(guard("\u001b]11;rgb:", 20)).toBe("");
  expect(guard("q", 500)).toBe("q");
  expect(guard("\u001b]", 600)).toBe("\u001b]");
  expect(guard("q", 601)).toBe("q");
});

test.each(["\u0003", "\u001b"])("a paste whose end was lost ends with the key %j", (key) => {
  const guard = openInputGuard();
  expect(guard("\u001b[200~half of a", 0)).toBe("\u001b[200~half of a");
  expect(guard("q", 1000)).toBe("q");
  expect(guard(key, 2000)).toBe(`\u001b[201~${key}`);
  expect(guard("q", 3000)).toBe("q");
});
