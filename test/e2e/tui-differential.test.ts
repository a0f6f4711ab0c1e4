import { appendFileSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { temporary } from "../cli/running.ts";
import { keys, program } from "./pty.ts";
import { openTerminal } from "./terminal.ts";

// A generator of its own (mulberry32), so that a failure can be repeated by its seed.
function random(seed: number) {
  let state = seed;
  return (below: number) => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) % below;
  };
}

const sizes = [
  [80, 24],
  [100, 30],
  [81, 25],
  [160, 45],
  [40, 10],
  [120, 24],
  [80, 50],
] as const;
const words = [
  "plain",
  "漢字の行",
  "😀 smile",
  "é composed",
  "\u001b[31mred\u001b[0m",
  "tab\tbed",
  "─── rule",
  "x".repeat(300),
];

test.each([1, 2])(
  "after random keys, lines and sizes the screen is what a full redraw gives (seed %i)",
  async (seed) => {
    const next = random(seed);
    const home = temporary();
    mkdirSync(join(home, "telemetry"));
    const log = join(home, "telemetry", "wild-events.jsonl");
    const terminal = openTerminal([process.execPath, program, "tui", "--home", home], { columns: 80, rows: 24 });
    await terminal.see("Learning in this console");
    for (let round = 0; round < 2; round++) {
      for (let step = 0; step < 25; step++) {
        const what = next(8);
        const [columns, rows] = sizes[next(sizes.length)] ?? [80, 24];
        if (what === 0) terminal.resize(columns, rows);
        else if (what <= 2) appendFileSync(log, `${words[next(words.length)]} ${next(1000)}\n`.repeat(1 + next(30)));
        else if (what <= 5) terminal.type(String(1 + next(8)));
        else
          terminal.type(
            ["j", "k", "w", "r", "v", "t", keys.pageUp, keys.end, `/a${keys.enter}`, "?", ":x", keys.escape][
              next(12)
            ] ?? "j",
          );
        if (next(3) === 0) await terminal.quiet(20);
      }
      terminal.type(`${keys.escape}`);
      // What is learned from the new lines must have come to rest before two screens can be the same.
      await terminal.quiet(1500);
      const diffed = terminal.cells();
      terminal.type(keys.ctrlL);
      await terminal.quiet(300);
      expect([seed, round, terminal.cells()]).toEqual([seed, round, diffed]);
    }
  },
);
