import { spawnSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { openProgram } from "../src/cli/program.ts";
import { tuiCommand } from "../src/cli/tui-command.ts";
import { isSetting, settings } from "../src/engine/config.ts";
import { actions } from "../src/services/actions.ts";
import { temporaryDirectory } from "./engine/telemetry/writing.ts";

const root = fileURLToPath(new URL("..", import.meta.url));
const docs = readdirSync(join(root, "docs")).map((name) => `docs/${name}`);
const pages = ["README.md", "CONTRIBUTING.md", "CHANGELOG.md", ...docs];
const textOf = (page: string) => readFileSync(join(root, page), "utf8");
const withoutFences = (text: string) => text.replaceAll(/^```[\s\S]*?^```$/gm, "");
const proseOf = (page: string) => withoutFences(textOf(page)).replaceAll(/^ {4}.*$/gm, "");

/** The anchors of a page's headings, as a forge makes them. */
function anchorsOf(page: string): Set<string> {
  const headings = withoutFences(textOf(page)).matchAll(/^#{1,6} (.+)$/gm);
  return new Set(
    [...headings].map(([, heading = ""]) =>
      heading
        .toLowerCase()
        .replaceAll(/[^\p{L}\p{N}\s_-]/gu, "")
        .trim()
        .replaceAll(" ", "-"),
    ),
  );
}

function deadLinks(page: string): string[] {
  const links = [...proseOf(page).matchAll(/\]\(([^)\s]+)\)/g)].map(([, to = ""]) => to);
  return links
    .filter((to) => !/^https?:/.test(to))
    .filter((to) => {
      const [file = "", anchor] = to.split("#");
      const target = file === "" ? page : join(dirname(page), file);
      if (!existsSync(join(root, target))) return true;
      return anchor !== undefined && !anchorsOf(target).has(anchor);
    })
    .map((to) => `${page}: ${to}`);
}

/** The words of every `aistack` that stands in a block of code. */
function typedIn(page: string): string[][] {
  const blocks = [...withoutFences(textOf(page)).matchAll(/^ {4}.*$/gm)].map(([line]) => line).join("\n");
  const lines = blocks.replaceAll(/\\\n/g, " ").split("\n");
  return lines.flatMap((line) => {
    const words = [...line.matchAll(/'[^']*'|"[^"]*"|[;|]|(?<=\s)#.*$|[^\s;|'"]+(?:'[^']*')?/g)].map(([word]) => word);
    const said = words.filter((word) => !word.startsWith("#"));
    const commands: string[][] = [[]];
    for (const word of said) {
      if (word === ";" || word === "|") commands.push([]);
      else commands.at(-1)?.push(word.replaceAll(/['"]/g, ""));
    }
    return commands
      .map((command) => (command[0] === "$" ? command.slice(1) : command))
      .filter(([program]) => program === "aistack")
      .map((command) => command.slice(1));
  });
}

test("what the README shows of a first run is what the program prints", () => {
  using directory = temporaryDirectory();
  const readme = textOf("README.md");
  const [, args = "", shown = ""] = /^ {4}\$ aistack (learn .+)\n([\s\S]*?)^ {4}…$/m.exec(readme) ?? [];
  const { status, stdout } = spawnSync(
    process.execPath,
    ["dist/aistack.js", ...args.replaceAll("'", "").split(" "), "--home", directory.path],
    { cwd: root, encoding: "utf8", env: { PATH: process.env.PATH, HOME: directory.path, NO_COLOR: "1" } },
  );
  expect([status, stdout.startsWith(shown.replaceAll(/^ {4}/gm, "")), shown.split("\n").length]).toEqual([0, true, 10]);
});

test("the README is short, and every other page is reached from it", () => {
  expect(Buffer.byteLength(textOf("README.md"))).toBeLessThanOrEqual(15_000);
  const linked = textOf("README.md");
  expect(docs.filter((page) => !linked.includes(`](${page})`))).toEqual([]);
});

test("the generated parts of the manual say what the program does", () => {
  const { status, stderr } = spawnSync(process.execPath, ["scripts/docs.mjs", "--check"], {
    cwd: root,
    encoding: "utf8",
  });
  expect([status, stderr]).toEqual([0, ""]);
});

test("no link of the manual leads nowhere", () => {
  expect(pages.flatMap(deadLinks)).toEqual([]);
});

test("every file and every setting that the manual names is there", () => {
  const groups = [...new Set(Object.keys(settings).map((key) => key.split(".")[0]))].join("|");
  const setting = new RegExp(`^(?:${groups})\\.[a-z][A-Za-z]+$`);
  const wrong = pages.flatMap((page) =>
    [...proseOf(page).matchAll(/`([^`\n]+)`/g)]
      .map(([, code = ""]) => code)
      .filter(
        (code) =>
          (/^(?:src|test|scripts|fixtures|bin|docs)\/[\w./-]+$/.test(code) && !existsSync(join(root, code))) ||
          (setting.test(code) && !isSetting(code) && !/\.(?:jsonl?|ya?ml|ts|paused)$/.test(code)),
      )
      .map((code) => `${page}: ${code}`),
  );
  expect(wrong).toEqual([]);
});

test("every command that the manual types is understood", async () => {
  const typed = pages.flatMap((page) => typedIn(page).map((words) => ({ page, words })));
  expect(typed.length).toBeGreaterThan(30);
  for (const { page, words } of typed) {
    const ran: string[] = [];
    const program = openProgram([...actions, tuiCommand], async ({ name }) => void ran.push(name));
    const failed = await program.parseAsync(words).then(
      () => null,
      (error: unknown) => String(error),
    );
    expect([page, words.join(" "), failed, ran.length]).toEqual([page, words.join(" "), null, 1]);
  }
});

test("every action has a sentence, a help text and a place in the manual", () => {
  const manual = textOf("docs/commands.md");
  for (const { name, sentence, args } of actions) {
    const help = spawnSync(process.execPath, ["dist/aistack.js", ...name.split(" "), "--help"], {
      cwd: root,
      encoding: "utf8",
    });
    expect(help.status).toBe(0);
    for (const arg of args) expect([name, help.stdout.includes(arg.sentence)]).toEqual([name, true]);
    expect(help.stdout).toContain(sentence);
    expect(manual).toContain(`\`aistack ${name}`);
  }
});

test("the manual ships with the program, and the corpus of made-up secrets does not", () => {
  const { status, stdout } = spawnSync("npm", ["pack", "--dry-run", "--json", "--ignore-scripts"], {
    cwd: root,
    encoding: "utf8",
    maxBuffer: 64 * 2 ** 20,
  });
  expect(status).toBe(0);
  const [packed]: { files: { path: string }[] }[] = JSON.parse(stdout);
  const paths = packed?.files.map(({ path }) => path) ?? [];
  expect(paths).toEqual(expect.arrayContaining(["README.md", "bin/aistack.js", ...docs]));
  expect(paths.filter((path) => path.startsWith("fixtures/telemetry/"))).not.toEqual([]);
  expect(paths.filter((path) => path.startsWith("fixtures/redaction"))).toEqual([]);
});
