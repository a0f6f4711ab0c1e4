import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, describe, expect, onTestFinished, test } from "vitest";
import { checkArchitecture, formatViolation } from "./architecture/check.ts";
import { codeLines } from "./architecture/code-lines.ts";
import { importsOf } from "./architecture/imports.ts";
import { owners } from "./architecture/owners.ts";
import { parseSource } from "./architecture/syntax.ts";

const project = fileURLToPath(new URL("..", import.meta.url));
const snapshot = copyOf(project);
const before = new Set(copyAndCheck({}));
afterAll(() => rmSync(snapshot, { recursive: true, force: true }));

test("the source keeps every rule of the house", () => {
  expect(checkArchitecture(project).map(formatViolation)).toEqual([]);
});

describe("a copy of the source with one thing wrong breaks just that rule", () => {
  const tiny = "export const one = 1;\n";
  const lines = (count: number) => "export const one = 1;\n".replace("one", "n0") + row(count - 1);
  const row = (count: number) => Array.from({ length: count }, (_, i) => `export const n${i + 1} = ${i};\n`).join("");
  const many = (count: number, size: number) =>
    Object.fromEntries(Array.from({ length: count }, (_, i) => [`src/engine/planted/p${size}-${i}.ts`, lines(size)]));

  const plants: Record<string, { rule: string; files: Record<string, string> }> = {
    "a file that does not parse": { rule: "syntax", files: { "src/engine/planted.ts": "const = 1;" } },
    "a file in no room": { rule: "room", files: { "src/planted.ts": tiny } },
    "a room nobody planned": { rule: "room", files: { "src/attic/planted.ts": tiny } },
    "code from outside src": {
      rule: "direction",
      files: { "src/engine/planted.ts": 'import "../../test/planted.ts";' },
    },
    "bin that reaches into src": {
      rule: "direction",
      files: { "bin/planted.js": 'import "../src/engine/planted.ts";', "src/engine/planted.ts": tiny },
    },
    "bin that needs a package": { rule: "direction", files: { "bin/planted.js": 'import "picomatch";' } },
    "a screen that calls a service": {
      rule: "tui-types",
      files: { "src/tui/planted.ts": 'import { one } from "../services/planted.ts";', "src/services/planted.ts": tiny },
    },
    "a screen that imports types in a way that still loads the file": {
      rule: "tui-types",
      files: {
        "src/tui/planted.ts": 'import { type One } from "../engine/planted.ts";',
        "src/engine/planted.ts": "export type One = 1;",
      },
    },
    "a command line that loads the screen at once": {
      rule: "tui-awaited",
      files: { "src/cli/planted.ts": 'import "../tui/planted.tsx";', "src/tui/planted.tsx": tiny },
    },
    "a command line that does not wait for the screen": {
      rule: "tui-awaited",
      files: { "src/cli/planted.ts": 'void import("../tui/planted.tsx");', "src/tui/planted.tsx": tiny },
    },
    "an engine with an HTTP server": {
      rule: "engine-quiet",
      files: { "src/engine/planted.ts": 'import { createServer } from "node:http";' },
    },
    "an engine that asks": {
      rule: "engine-quiet",
      files: { "src/engine/planted.ts": 'import readline from "readline/promises";' },
    },
    "an engine that knows terminals": {
      rule: "engine-quiet",
      files: { "src/engine/planted.ts": 'import { isatty } from "node:tty";' },
    },
    "a package taken by its type alone": {
      rule: "owner",
      files: { "src/services/planted.ts": 'import type { Pool } from "pg";' },
    },
    "a package taken inside a type": {
      rule: "owner",
      files: { "src/services/planted.ts": 'export type Pool = import("pg").Pool;' },
    },
    "a package taken with require": {
      rule: "owner",
      files: {
        "src/engine/planted.ts":
          'import { createRequire } from "node:module"; createRequire(import.meta.url)("koffi");',
      },
    },
    "a package taken by a part of it": {
      rule: "owner",
      files: { "src/services/planted.ts": 'await import("zod/mini");' },
    },
    "a heavy package on the way of every start": {
      rule: "lazy",
      files: {
        "src/cli/main.ts": `${existing("src/cli/main.ts")}\nimport "../engine/planted.ts";`,
        "src/engine/planted.ts": 'export { client } from "./stores/qdrant-planted.ts";',
        "src/engine/stores/qdrant-planted.ts": 'import "@qdrant/js-client-rest";\nexport const client = 1;',
      },
    },
    "an import nobody can read": {
      rule: "import-literal",
      // biome-ignore lint/suspicious/noTemplateCurlyInString: the source to check holds the template
      files: { "src/services/planted.ts": "export const load = (name: string) => import(`./${name}.ts`);" },
    },
    "a service that starts processes": {
      rule: "child-process",
      files: { "src/services/planted.ts": 'import { spawn } from "child_process";' },
    },
    "two files that import each other's types": {
      rule: "cycle",
      files: {
        "src/engine/planted-a.ts": 'import type { B } from "./planted-b.ts";\nexport type A = B | 1;',
        "src/engine/planted-b.ts": 'export type B = import("./planted-a.ts").A | 2;',
      },
    },
    "three files in a ring": {
      rule: "cycle",
      files: {
        "src/engine/planted-a.ts": 'export * from "./planted-b.ts";',
        "src/engine/planted-b.ts": 'await import("./planted-c.ts");',
        "src/engine/planted-c.ts": 'import "./planted-a.ts";',
      },
    },
    "a file of 301 code lines": {
      rule: "size",
      files: { ...many(200, 1), "src/engine/planted.ts": lines(301) },
    },
    "mostly files of middling length": { rule: "size-median", files: many(400, 61) },
    "too many long files": { rule: "size-p90", files: { ...many(400, 1), ...many(100, 181) } },
    "a file in camel case": { rule: "kebab-case", files: { "src/engine/plantedFile.ts": tiny } },
    "a folder in camel case": { rule: "kebab-case", files: { "src/engine/plantedFolder/notes.yaml": "a: 1" } },
    "a name that says nothing": { rule: "refused-name", files: { "src/engine/podman-manager.ts": tiny } },
    "a folder that says nothing": { rule: "refused-name", files: { "src/engine/utils/planted.ts": tiny } },
    "a barrel": {
      rule: "barrel",
      files: { "src/engine/planted/index.ts": 'export * from "./one.ts";', "src/engine/planted/one.ts": tiny },
    },
    "a barrel in two steps": {
      rule: "barrel",
      files: {
        "src/engine/planted/index.ts": 'import { one } from "./one.ts";\nexport { one };',
        "src/engine/planted/one.ts": tiny,
      },
    },
    "a default export": {
      rule: "default-export",
      files: { "src/engine/planted.ts": "export default function planted() {}" },
    },
    "a default export by another name": {
      rule: "default-export",
      files: { "src/engine/planted.ts": "const one = 1;\nexport { one as default };" },
    },
    "the type any": { rule: "any", files: { "src/engine/planted.ts": "export const one: any[] = [];" } },
    "a claimed type": { rule: "cast", files: { "src/engine/planted.ts": 'export const one = JSON.parse("1") as 1;' } },
    "a claimed type in brackets": {
      rule: "cast",
      files: { "src/engine/planted.ts": 'export const one = <1>JSON.parse("1");' },
    },
    "a service that prints": { rule: "console", files: { "src/services/planted.ts": "console.log(1);" } },
    "a service that hands the console on": {
      rule: "console",
      files: { "src/services/planted.ts": "export const log = { console };" },
    },
    "a service that ends the process": { rule: "exit", files: { "src/services/planted.ts": "process.exit(1);" } },
    "an imported exit": {
      rule: "exit",
      files: { "src/services/planted.ts": 'import { exit } from "node:process";\nexit(1);' },
    },
    "a service that reads the environment": {
      rule: "env",
      files: { "src/services/planted.ts": "export const home = process.env.HOME;" },
    },
    "an environment taken apart": {
      rule: "env",
      files: { "src/services/planted.ts": "export const { env } = globalThis.process;" },
    },
    "an environment under another name": {
      rule: "env",
      files: { "src/cli/planted.ts": 'import me from "node:process";\nexport const home = me["env"].HOME;' },
    },
  };

  for (const [index, right] of ["services", "tui", "cli"].entries()) {
    for (const left of ["engine", "services", "tui"].slice(0, index + 1)) {
      plants[`${left} that knows a type of ${right}`] = {
        rule: "direction",
        files: {
          [`src/${left}/planted.ts`]: `import type { One } from "../${right}/planted-there.ts";`,
          [`src/${right}/planted-there.ts`]: "export type One = 1;",
        },
      };
    }
  }
  for (const name of packageNames()) {
    plants[`${name} outside its owner`] = { rule: "owner", files: { "src/services/planted.ts": `import "${name}";` } };
  }

  test.each(Object.entries(plants))("%s", (_title, { rule, files }) => {
    const fired = copyAndCheck(files).filter((place) => !before.has(place) || place === `src ${rule}`);
    expect([...new Set(fired.map((place) => place.split(" ")[1]))]).toEqual([rule]);
  });
});

describe("what the rules allow is not reported", () => {
  test.each([
    ["words in strings, comments and patterns", "export const a = \"import x from 'pg'\"; // console.log(x as any)\n"],
    ["const assertions", "export const a = [1] as const;\nexport const b = <const>[1];\n"],
    ["renaming imports and exports", 'import { join as both } from "node:path";\nexport { both as together };\n'],
    ["properties that are called like the forbidden", "export const a = { console: 1, env: 2, any: 3 }.console;\n"],
    ["a part of a process that is not ours", "export const a = (child: { exit(): void }) => child.exit();\n"],
    ["the file's own line on a process", "export const a = process.pid;\n"],
  ])("%s", (_title, text) => {
    expect(copyAndCheck({ "src/engine/planted.ts": text }).filter((place) => !before.has(place))).toEqual([]);
  });

  test("each package in the file that owns it, and types for the screen", () => {
    const files = {
      "src/engine/stores/qdrant-planted.ts": 'import "@qdrant/js-client-rest";',
      "src/engine/stores/postgres-planted.ts": 'import "pg";',
      "src/engine/stores/sqlite-planted.ts": 'import "node:sqlite";\nimport "sqlite-vec";',
      "src/services/planted/shapes.ts": 'import { z } from "zod";',
      "src/services/planted/mcp.ts": 'import "@modelcontextprotocol/server/stdio";',
      "src/services/observe/planted.ts": 'import "prom-client";\nimport "@opentelemetry/api";',
      "src/cli/planted.ts":
        'import "yargs/helpers";\nexport const open = async () => await import("../tui/planted.tsx");',
      "src/tui/planted.tsx":
        'import "ink";\nimport type { One } from "../engine/planted.ts";\nexport const a = <b>// one</b>;',
      "src/engine/planted.ts": "export type One = 1;",
    };
    expect(copyAndCheck(files).filter((place) => !before.has(place))).toEqual([]);
  });
});

test("a line counts as code when more than a comment stands on it", () => {
  const text = `// no\n/* no\n no */\n\nconst a = 1; // yes\nconst url = "http://x"; /*\n no */ const b = /\\/*/; // yes\nconst c = \`\n// yes, words\n\n\${a /* no */} /* words */\`;\n`;
  expect(codeLines(text, parseSource(text, "a.ts"))).toBe(6);
});

test("imports are found whole, with the way they load", () => {
  const text = `import "a"; import type B from "b"; export * from "c"; export type { D } from "d"; type E = import("e").E;
    import f = require("f"); await import("g"); import(\`h\`); require("i"); const load = createRequire(x); load("j");
    process.getBuiltinModule("k"); import("l" + m); import fs from "fs"; import { type N } from "n";`;
  expect(importsOf(parseSource(text, "a.ts")).map(({ kind, specifier }) => `${kind} ${specifier}`)).toEqual([
    ...[
      "value a",
      "type b",
      "value c",
      "type d",
      "type e",
      "value f",
      "await g",
      "dynamic h",
      "dynamic i",
      "dynamic j",
    ],
    ...["dynamic k", "dynamic undefined", "value node:fs", "value n"],
  ]);
});

test("a violation names the place, the rule and the way out", () => {
  const root = copyOf(snapshot);
  onTestFinished(() => rmSync(root, { recursive: true, force: true }));
  plant(root, { "src/engine/planted.ts": "\n\nconsole.log(1);" });
  expect(checkArchitecture(root).map(formatViolation)).toContain(
    "src/engine/planted.ts:3 console — return it or emit it; src/cli does the printing",
  );
});

function packageNames(): string[] {
  return owners.flatMap(({ packages }) => packages.map((name) => name.replace("*", "anything")));
}

function existing(path: string): string {
  return existsSync(join(project, path)) ? readFileSync(join(project, path), "utf8") : "";
}

function copyAndCheck(files: Record<string, string>): string[] {
  const root = copyOf(snapshot);
  try {
    plant(root, files);
    return checkArchitecture(root).map(({ file, rule }) => `${file} ${rule}`);
  } finally {
    rmSync(root, { recursive: true, force: true });
  }
}

function plant(root: string, files: Record<string, string>): void {
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
  }
}

function copyOf(root: string): string {
  const copy = mkdtempSync(join(tmpdir(), "aistack-architecture-"));
  for (const folder of ["bin", "src"]) cpSync(join(root, folder), join(copy, folder), { recursive: true });
  return copy;
}
