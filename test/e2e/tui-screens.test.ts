import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { homeWithTelemetry } from "./home.ts";
import { program } from "./pty.ts";
import { openTerminal } from "./terminal.ts";

const screens = fileURLToPath(new URL("screens", import.meta.url));
const panes = [
  ["1", "Backpressure"],
  ["2", /service +state/],
  ["3", "Sinks"],
  ["4", /breaker +state/],
  ["5", "following"],
  ["6", "what happened"],
  ["7", /started +after first/],
  ["8", /took exit/],
  ["0", "Everywhere"],
] as const;

// What is another one at every run: times, paces with their graphs, how much is told of at once, and the home.
function steady(row: string): string {
  return row
    .replace(/\d\d:\d\d:\d\d/g, "hh:mm:ss")
    .replace(/(?<=^(?:events|lessons) .*)[▁-█]/g, " ")
    .replace(/[\d.]+k?\/s/g, (pace) => "n/s".padStart(pace.length))
    .replace(/\d+ms\b/g, (took) => "nms".padStart(took.length))
    .replace(/(?<=place saved in ).{6}/g, "   nms")
    .replace(/lessons from \d+ events/g, "lessons from N events")
    .replace(/\((\w+) \d+\)/g, "($1 N)")
    .replace(/aistack-test-\w+/g, "aistack-test-HOME")
    .trimEnd();
}

const sizes = [
  [80, 24],
  [100, 30],
  [160, 45],
  [200, 60],
] as const;

test("every pane looks as it did, on every size of terminal", async () => {
  const home = homeWithTelemetry();
  const settings = ["--set", "podman.command=no-such-podman", "--set", "stack.tier=full"];
  const terminal = openTerminal([process.execPath, program, "tui", "--home", home, ...settings]);
  await terminal.see(/dataset +17/);
  await terminal.see("need Podman");
  await terminal.see("nothing behind");
  await terminal.see("All well");
  await terminal.until(() => !/^(?!.*0\/s).*\d\/s/m.test(terminal.text()));
  for (const [columns, rows] of sizes) {
    terminal.resize(columns, rows);
    await terminal.until(() => terminal.rows().at(-1) !== "");
    const shown: string[] = [];
    for (const [key, word] of panes) {
      terminal.type(key);
      await terminal.see(word);
      // On a busy machine a screen may be cleared and not drawn yet.
      do await terminal.quiet(100);
      while (!/^ aistack/.test(terminal.rows()[0] ?? "") || terminal.rows().at(-1) === "");
      shown.push(...terminal.rows().map(steady), "=".repeat(columns));
    }
    await expect.soft(`${shown.join("\n")}\n`).toMatchFileSnapshot(join(screens, `${columns}x${rows}.txt`));
  }
});
