import * as fc from "fast-check";
import { expect, test } from "vitest";
import { edit, windowOf, withText } from "../../src/tui/prompt.ts";
import type { Prompt } from "../../src/tui/screen.ts";
import { widthOf } from "../../src/tui/width.ts";

const empty: Prompt = { kind: "filter", text: "", at: 0, before: "", chosen: -1, back: 0, asks: null };
const characters = fc.array(fc.constantFrom("a", "漢", "😀", "e\u0301", "ก็", " "), { maxLength: 30 });

test("moving and deleting go by whole characters, however many units one takes", () => {
  fc.assert(
    fc.property(characters, fc.nat(30), (all, steps) => {
      const typed = withText(empty, all.join(""));
      const left = Array.from({ length: Math.min(steps, all.length) }).reduce<Prompt>(
        (prompt) => edit(prompt, "left") ?? prompt,
        typed,
      );
      const rest = all.length - Math.min(steps, all.length);
      expect(left.text.slice(0, left.at)).toBe(all.slice(0, rest).join(""));
      expect(edit(left, "right")?.at).toBe(all.slice(0, rest + 1).join("").length);
      expect(edit(left, "backspace")?.text).toBe(all.filter((_, at) => at !== rest - 1).join(""));
      expect(edit(left, "delete")?.text).toBe(all.filter((_, at) => at !== rest).join(""));
    }),
  );
});

test("the cursor is always in sight, whatever was typed and wherever it stands", () => {
  fc.assert(
    fc.property(characters, fc.nat(30), fc.integer({ min: 2, max: 40 }), (all, before, cells) => {
      const text = all.join("");
      const at = all.slice(0, before).join("").length;
      const [head, under, tail] = windowOf({ ...empty, text, at }, cells);
      expect(text.endsWith(head + under + tail)).toBe(true);
      expect(text.slice(0, at).endsWith(head)).toBe(true);
      expect(widthOf(head)).toBeLessThanOrEqual(cells);
      expect([under, ""]).toContain(all[before] ?? "");
    }),
  );
});
