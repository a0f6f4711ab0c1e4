// Draws the text pictures of the README and of docs/console.md: the overview of the demonstration, from the real
// program on a real terminal.
import { readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { openPty } from "../test/e2e/pty.ts";

const program = fileURLToPath(new URL("../dist/aistack.js", import.meta.url));

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

for (const [page, columns, rows] of [
  ["README.md", 80, 24],
  ["docs/console.md", 160, 45],
]) {
  const file = new URL(`../${page}`, import.meta.url);
  const text = readFileSync(file, "utf8");
  const picture = ["```text", ...(await draw(columns, rows)), "```"].join("\n");
  const place = new RegExp(`(<!-- picture-${columns} -->\n)[\\s\\S]*?(<!-- /picture-${columns} -->)`);
  if (!place.test(text)) throw new Error(`${page} has no place for the picture of ${columns} columns`);
  writeFileSync(
    file,
    text.replace(place, (_, open, close) => `${open}${picture}\n${close}`),
  );
}
