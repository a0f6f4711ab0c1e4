import { cp, rm } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

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

await rm(outdir, { recursive: true, force: true });
await build({
  absWorkingDir: root,
  entryPoints: { aistack: "src/cli/main.ts", engine: "src/engine/engine.ts" },
  outdir,
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
  plugins: [quickWidth, quickAssert, noDevtools, plainLayout],
  banner: { js: "import{createRequire as __cr}from'node:module';const require=__cr(import.meta.url);" },
  logLevel: "warning",
});

// What the program reads at run time lies beside the bundle as it lies beside the source.
for (const name of ["compose.yaml", "shipped"]) {
  await cp(join(root, "src/services", name), join(outdir, name), { recursive: true });
}
