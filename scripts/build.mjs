import { cp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { build, transform } from "esbuild";

const root = fileURLToPath(new URL("..", import.meta.url));

/** Bundles the program into `dist`; an argument names another directory to write to. */
const outdir = process.argv[2] ?? fileURLToPath(new URL("../dist", import.meta.url));

/**
 * Measures plain text by its length, and loads string-width (whose patterns and segmenter take 15 ms to make) only for
 * other text. yargs lays out its help at every start.
 */
const quickWidth = {
  name: "quick-width",
  setup(step) {
    step.onResolve({ filter: /^string-width$/ }, async ({ path, resolveDir, kind, namespace }) => {
      if (namespace === "quick-width") return undefined;
      const { path: real, errors } = await step.resolve(path, { resolveDir, kind, namespace: "quick-width" });
      return { path: real, errors, namespace: "quick-width" };
    });
    step.onLoad({ filter: /.*/, namespace: "quick-width" }, ({ path }) => ({
      resolveDir: root,
      contents: `export default function stringWidth(text, options) {
        if (typeof text === "string" && /^[ -~]*$/.test(text)) return text.length;
        return require(${JSON.stringify(path)}).default(text, options);
      }`,
    }));
  },
};

/** Gives yargs its two assertions without Node's `assert`, which takes 6 ms to load. */
const quickAssert = {
  name: "quick-assert",
  setup(step) {
    step.onResolve({ filter: /^assert$/ }, ({ importer }) =>
      /[/\\]node_modules[/\\]yargs[/\\]/.test(importer) ? { path: "assert", namespace: "quick-assert" } : undefined,
    );
    step.onLoad({ filter: /.*/, namespace: "quick-assert" }, () => ({
      contents: `
        export function strictEqual(a, b, message) { if (!Object.is(a, b)) throw new Error(message); }
        export function notStrictEqual(a, b, message) { if (Object.is(a, b)) throw new Error(message); }`,
    }));
  },
};

/** Leaves out Ink's bridge to React's developer tools, which are no part of the program. */
const noDevtools = {
  name: "no-devtools",
  setup(step) {
    step.onLoad({ filter: /[/\\]ink[/\\]build[/\\]devtools\.js$/ }, () => ({ contents: "export {};" }));
  },
};

/** What our schemas are made with; zod has four times as much. */
const zodWords = [
  ...["array", "boolean", "enum", "int", "iso", "literal", "looseObject", "number", "object", "record"],
  ...["strictObject", "string", "union", "unknown", "url"],
];

/** A function that loads its module when it is first called. */
const lateCall = (path, word) => `(...given) => (loaded ??= require(${JSON.stringify(path)}))${word}(...given)`;

/** A module whose functions load another when they are first called. */
const lateModule = (path, words, more = "") => ({
  resolveDir: root,
  contents: [
    "let loaded;",
    ...words.map((word, at) => `const f${at} = ${lateCall(path, `.${word}`)}; export { f${at} as ${word} };`),
    more,
  ].join("\n"),
});

/** Loads what most starts can do without when one of its functions is called. */
const late = {
  name: "late",
  setup(step) {
    const lateOnes = /^(zod|picomatch|node:(crypto|readline|(fs|stream|timers)\/promises))$/;
    step.onResolve({ filter: lateOnes }, ({ path, importer }) =>
      /[/\\]src[/\\](engine|services|cli)[/\\]/.test(importer) ? { path, namespace: "late" } : undefined,
    );
    step.onResolve({ filter: /^\.\/zod\.js$/ }, ({ path, namespace }) =>
      namespace === "late" ? { path, external: true } : { path, namespace: "zod-words" },
    );
    step.onLoad({ filter: /.*/, namespace: "zod-words" }, () => ({
      resolveDir: root,
      contents: `export { ${zodWords.join(", ")} } from "zod";`,
    }));
    step.onLoad({ filter: /^zod$/, namespace: "late" }, ({ path }) => {
      const words = zodWords.filter((word) => word !== "iso");
      return lateModule(
        `./${path}.js`,
        words,
        `export const iso = { datetime: ${lateCall("./zod.js", ".iso.datetime")} };`,
      );
    });
    step.onLoad({ filter: /^picomatch$/, namespace: "late" }, ({ path }) =>
      lateModule(path, [], `export default ${lateCall(path, "")};`),
    );
    step.onLoad({ filter: /^node:/, namespace: "late" }, async ({ path }) => {
      const functions = Object.entries(await import(path)).filter(([, value]) => typeof value === "function");
      // A class is no function to call; whoever imports one is told so by the build.
      return lateModule(
        path,
        functions.map(([name]) => name).filter((name) => /^[a-z]/.test(name) && name !== "default"),
      );
    });
  },
};

/** The screen is a bundle of its own: it shares nothing with the rest, and waits at its top, as only a module can. */
const screenApart = {
  name: "screen-apart",
  setup(step) {
    step.onResolve({ filter: /\/tui\/(main|theme)\.tsx?$/ }, ({ path }) => ({
      path: `./tui/${path.replace(/^.*\//, "").replace(/\.tsx?$/, ".mjs")}`,
      external: true,
    }));
  },
};

const common = {
  absWorkingDir: root,
  bundle: true,
  splitting: true,
  format: "esm",
  platform: "node",
  target: "node22.19",
  legalComments: "external",
  // A start reads and checks every byte of what it loads; names stay, so that a stack can be read.
  minifyWhitespace: true,
  minifySyntax: true,
  define: { "process.env.NODE_ENV": '"production"', "process.env.DEV": '"false"' },
  external: ["koffi", "sqlite-vec"],
  logLevel: "warning",
  logOverride: { "import-is-undefined": "error" },
};

await rm(outdir, { recursive: true, force: true });
await build({
  ...common,
  entryPoints: { aistack: "src/cli/main.ts", zod: "./zod.js" },
  outdir,
  plugins: [quickWidth, quickAssert, late, screenApart],
});
await build({
  ...common,
  entryPoints: ["src/tui/main.tsx", "src/tui/theme.ts"],
  outdir: join(outdir, "tui"),
  outExtension: { ".js": ".mjs" },
  plugins: [quickWidth, noDevtools],
  banner: { js: "import{createRequire as __cr}from'node:module';const require=__cr(import.meta.url);" },
});

// Node starts CommonJS files sooner: they load one another at once, and a part of Node only where it is used.
await writeFile(join(outdir, "package.json"), '{"type":"commonjs"}\n');
for (const name of await readdir(outdir)) {
  if (!name.endsWith(".js")) continue;
  const module = await readFile(join(outdir, name), "utf8");
  const here = 'const __url=require("node:url").pathToFileURL(__filename).href;';
  const { code } = await transform(module, {
    format: "cjs",
    platform: "node",
    target: common.target,
    minifyWhitespace: true,
    define: { "import.meta.url": "__url" },
    banner: `"use strict";${module.includes("import.meta.url") ? here : ""}`,
    // Only the screen is a module still.
    supported: { "dynamic-import": module.includes('.mjs")') },
  });
  await writeFile(join(outdir, name), code);
}

// What the program reads at run time lies beside the bundle as it lies beside the source.
for (const name of ["compose.yaml", "shipped"]) {
  await cp(join(root, "src/services", name), join(outdir, name), { recursive: true });
}
