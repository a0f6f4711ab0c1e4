import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { temporary } from "../cli/running.ts";
import { program } from "./pty.ts";
import { openTerminal } from "./terminal.ts";

const inputs = ["", "< /dev/null", "< fifo", "<&-"];
const outputs = ["", "> out", ">&-", "> /dev/full"];
const errors = ["", "2> err", "2>&-", "2> /dev/full"];
const all = inputs.flatMap((input) =>
  outputs.flatMap((output) => errors.map((error) => [input, output, error].join(" ").trim())),
);
const opens = all.filter((words) => /^(2\S.*)?$/.test(words));
const refuses = all.filter((words) => !opens.includes(words));

/** A shell on a terminal, in a directory of its own, that starts the console with its streams led elsewhere. */
function led(words: readonly string[]) {
  const place = temporary();
  const one = (to: string, at: number) =>
    `${process.execPath} ${program} tui --home home ${to.replace("out", `out${at}`).replace("err", `err${at}`)}; echo "code $?"`;
  const script = `cd ${place} && mkfifo fifo; sleep 600 > fifo & ${words.map(one).join("\n")}\nkill %1; echo DONE`;
  return { place, terminal: openTerminal(["bash", "-c", `set -m; ${script}`], { columns: 100, rows: 60 }) };
}

test("wherever input or output is no terminal it says so, with what to type, and ends with 2; it never draws", async () => {
  const { place, terminal } = led(refuses);
  await terminal.see("DONE", 60_000);
  await terminal.settle();
  const codes = [...terminal.raw().matchAll(/code (\d+)/g)].map(([, code]) => code);
  expect(codes).toEqual(refuses.map(() => "2"));
  expect(terminal.raw()).not.toContain("\u001b[?");
  refuses.forEach((words, at) => {
    if (words.includes("> out")) expect(readFileSync(join(place, `out${at}`), "utf8")).toBe("");
    if (!words.includes("2> err")) return;
    expect(readFileSync(join(place, `err${at}`), "utf8")).toMatch(
      /standard input and output are no terminal\n +Type: aistack status\n$/,
    );
  });
});

test.each(opens)(
  "with only its errors led elsewhere (%j) it opens, and leaves the terminal as it was",
  async (words) => {
    const { terminal } = led([words]);
    await terminal.see("Learning in this console");
    terminal.type("q");
    await terminal.see("code 0");
    expect(terminal.modes()).toEqual({ alternate: false, cursor: true, wraps: true, paste: false });
  },
);

test("a pane that there is not, and a home whose name holds sequences, are named before anything is drawn", async () => {
  const home = join(temporary(), "\u001b[2Jhome\u001b]0;owned\u0007");
  mkdirSync(home);
  writeFileSync(join(home, "config.json"), "{");
  for (const [words, said] of [
    [["--pane", "nowhere", "--home", temporary()], /there is no pane nowhere; there are overview, services/],
    [["--home", home], /config\.json was not used/],
  ] as const) {
    const terminal = openTerminal([process.execPath, program, "tui", ...words], { columns: 200 });
    expect((await terminal.ended).exitCode).toBe(2);
    await terminal.see(said);
    for (const never of ["\u001b[?1049h", "\u001b[2J", "\u0007"]) expect(terminal.raw()).not.toContain(never);
  }
});
