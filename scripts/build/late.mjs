import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("../..", import.meta.url));

/** What our schemas are made with, as zod has four times as much; the build names a word that is missing here. */
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
export const late = {
  name: "late",
  setup(step) {
    const lateOnes = /^(zod|picomatch|node:(crypto|readline|(fs|stream|timers)\/promises))$/;
    step.onResolve({ filter: lateOnes }, ({ path, importer }) =>
      /[/\\]src[/\\](engine|services|cli)[/\\]/.test(importer) ? { path, namespace: "late" } : undefined,
    );
    step.onResolve({ filter: /^zod-words$/ }, ({ path }) => ({ path, namespace: "late" }));
    step.onLoad({ filter: /^zod-words$/, namespace: "late" }, () => ({
      resolveDir: root,
      contents: `export { ${zodWords.join(", ")} } from "zod";`,
    }));
    // A file of its own, beside the one that asks for it: what is in the bundle is read at every start.
    step.onResolve({ filter: /^\.\/zod\.js$/, namespace: "late" }, ({ path }) => ({ path, external: true }));
    step.onLoad({ filter: /^zod$/, namespace: "late" }, () => {
      const functions = zodWords.filter((word) => word !== "iso");
      const iso = `export const iso = { datetime: ${lateCall("./zod.js", ".iso.datetime")} };`;
      return lateModule("./zod.js", functions, iso);
    });
    step.onLoad({ filter: /^picomatch$/, namespace: "late" }, ({ path }) =>
      lateModule(path, [], `export default ${lateCall(path, "")};`),
    );
    step.onLoad({ filter: /^node:/, namespace: "late" }, async ({ path }) => {
      const functions = Object.entries(await import(path)).filter(([, value]) => typeof value === "function");
      // A class cannot be called; who imports one is told so by the build.
      const words = functions.map(([name]) => name).filter((name) => /^[a-z]/.test(name) && name !== "default");
      return lateModule(path, words);
    });
  },
};
