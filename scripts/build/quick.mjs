import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("../..", import.meta.url));

/**
 * Measures plain text by its length, and loads string-width (whose patterns and segmenter take 15 ms to make) only for
 * other text. yargs lays out its help at every start.
 */
export const quickWidth = {
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
export const quickAssert = {
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
