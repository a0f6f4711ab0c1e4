import { clean } from "../clean.ts";
import { dialogRoom, dialogRows } from "../dialog-rows.ts";
import type { Facts } from "../facts.ts";
import { type KeyRow, keyOf } from "../keys.ts";
import { blank, type Line, span } from "../line.ts";
import { choices } from "../palette.ts";
import type { Size } from "../pane.ts";
import type { Dialog, Prompt, Screen } from "../screen.ts";
import type { Signs } from "../signs.ts";
import { pad, wrapWords } from "../width.ts";
import { fill } from "./columns.ts";

const paletteRows = 12;

/** The commands that fit what was typed, above the prompt. */
export function paletteLines(screen: Screen, prompt: Prompt, facts: Facts, columns: number, signs: Signs): Line[] {
  const offered = choices(screen, prompt, facts);
  const chosen = Math.max(0, prompt.chosen);
  const top = Math.max(0, Math.min(chosen - paletteRows + 1, offered.length - paletteRows));
  const rows = offered.slice(top, top + paletteRows).map(({ line, usage, sentence }, at): Line => {
    const row: Line = [span(` ${pad(`${line} ${usage}`.trim(), 34, signs.more)}  `, "key"), span(sentence, "dim")];
    return top + at === chosen ? fill(row, columns, signs.more).map(({ text }) => span(text, "chosen")) : row;
  });
  const head: Line = [span(signs.rule.repeat(columns), "rule")];
  return offered.length === 0 ? [head, [span("  no command matches", "dim")]] : [head, ...rows];
}

/** A question or a text, over the lower part of the pane or the whole of it. */
export function dialogLines(
  dialog: Dialog,
  { columns, rows }: Size,
  { keys, signs }: { readonly keys: readonly KeyRow[]; readonly signs: Signs },
): Line[] {
  if (dialog.kind !== "text") {
    const [yes, no] = dialog.kind === "quit" ? ["leave", "stay"] : ["do it", "leave it"];
    const losing = wrapWords(clean(dialog.losing), columns - 4).map((text): Line => [span(`  ${text}`, "warn")]);
    return [
      [span(signs.rule.repeat(columns), "warn")],
      [span(` ${signs.warn} `, "warn"), span(clean(dialog.title), "title")],
      ...losing,
      [span("  y", "key"), span(` ${yes}   `, "dim"), span("n", "key"), span(` ${no}`, "dim")],
    ];
  }
  const all = dialogRows(dialog, { columns });
  const room = dialogRoom({ rows });
  const shown = all.slice(dialog.top, dialog.top + room);
  const place = all.length > room ? `  ${dialog.top + 1}–${dialog.top + shown.length} of ${all.length}` : "";
  return [
    [span(` ${clean(dialog.title)}`, "title"), span(place, "dim")],
    ...Array.from({ length: room }, (_, at): Line => (shown[at] === undefined ? blank : [span(`  ${shown[at]}`)])),
    [
      span(`  ${keyOf(keys, "", "back")}`, "key"),
      span(" close   ", "dim"),
      span(keyOf(keys, "", "copy"), "key"),
      span(" copy   ", "dim"),
      span("P", "key"),
      span(" pager", "dim"),
    ],
  ];
}
