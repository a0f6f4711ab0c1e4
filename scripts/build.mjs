import { cp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { build, transform } from "esbuild";
import { late } from "./build/late.mjs";
import { quickAssert, quickWidth } from "./build/quick.mjs";

const root = fileURLToPath(new URL("..", import.meta.url));

/** Bundles the program into `dist`; an argument names another directory to write to. */
const outdir = process.argv[2] ?? fileURLToPath(new URL("../dist", import.meta.url));

/** Leaves out Ink's bridge to React's developer tools, which are no part of the program. */
const noDevtools = {
  name: "no-devtools",
  setup(step) {
    step.onLoad({ filter: /[/\\]ink[/\\]build[/\\]devtools\.js$/ }, () => ({ contents: "export {};" }));
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

/** Gives Ink the layout that the screen needs, in the place of a WebAssembly engine for every other. */
const plainLayout = {
  name: "plain-layout",
  setup(step) {
    step.onResolve({ filter: /^yoga-layout$/ }, () => ({ path: "yoga-layout", namespace: "plain-layout" }));
    step.onLoad({ filter: /.*/, namespace: "plain-layout" }, () => ({
      resolveDir: root,
      contents: `export { layoutEngine as default } from "./src/tui/layout/engine.ts";`,
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
  entryPoints: {
    aistack: "src/cli/main.ts",
    zod: "zod-words",
  },
  outdir,
  plugins: [quickWidth, quickAssert, late, screenApart],
});
await build({
  ...common,
  entryPoints: ["src/tui/main.tsx", "src/tui/theme.ts"],
  outdir: join(outdir, "tui"),
  outExtension: { ".js": ".mjs" },
  plugins: [quickWidth, noDevtools, plainLayout],
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
