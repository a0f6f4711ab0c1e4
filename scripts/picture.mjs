// Draws the text pictures of the README: the overview of the demonstration, from the real program on a real terminal.
import { readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { openPty } from "../test/e2e/pty.ts";

const program = fileURLToPath(new URL("../dist/aistack.js", import.meta.url));
const file = new URL("../README.md", import.meta.url);

async function draw(columns, rows) {
  const pty = openPty([process.execPath, program, "tui", "--demo", "--speed", "5"], { columns, rows });
  try {
    await pty.see("All well");
    await pty.see(/dataset +1[5-9]\d +█/, 60_000);
    await pty.settle();
    return pty.rows().map((row) => row.trimEnd());
  } finally {
    pty.type("q");
    await pty.ended;
    await pty.stop();
  }
}

let text = readFileSync(file, "utf8");
for (const [columns, rows] of [
  [80, 24],
  [160, 45],
]) {
  const picture = ["```text", ...(await draw(columns, rows)), "```"].join("\n");
  const place = new RegExp(`(<!-- picture-${columns} -->\n)[\\s\\S]*?(<!-- /picture-${columns} -->)`);
  if (!place.test(text)) throw new Error(`README.md has no place for the picture of ${columns} columns`);
  text = text.replace(place, (_, open, close) => `${open}${picture}\n${close}`);
}
writeFileSync(file, text);
