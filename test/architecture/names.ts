import { isNode, nodesIn, wordOf } from "./syntax.ts";
import type { Rule, Source } from "./tree.ts";

const refused = /^(utils?|utilit(y|ies)|commons?|shared|cores?|managers?|helpers?)$/;

/** Files and folders are named in kebab case. */
export const namesAreKebab: Rule = ({ paths }) =>
  paths
    .filter((path) => path.startsWith("src/"))
    .filter((path) => !/^([a-z0-9]+(-[a-z0-9]+)*\/)*[a-z0-9]+(-[a-z0-9]+)*(\.d)?\.[a-z0-9]+$/.test(path))
    .map((file) => ({ file, line: 1, rule: "kebab-case", todo: "name it in small letters, words joined by hyphens" }));

/** No file and no folder has a name that says nothing. */
export const namesSaySomething: Rule = ({ paths }) =>
  paths
    .filter((path) => path.startsWith("src/") && path.split(/[/.-]/).some((word) => refused.test(word.toLowerCase())))
    .map((file) => ({ file, line: 1, rule: "refused-name", todo: "name it after the one noun it holds" }));

/** No file is only a list of other files' exports. */
export const noBarrels: Rule = ({ sources }) =>
  sources
    .filter(({ path }) => path.startsWith("src/") && /\/index\.[jt]sx?$/.test(path))
    .filter(onlyPassesOn)
    .map(({ path }) => ({ file: path, line: 1, rule: "barrel", todo: "delete it; import from the files themselves" }));

/** Exports have names. */
export const noDefaultExports: Rule = function* ({ sources }) {
  for (const { path: file, places, lineOf } of sources.filter(({ path }) => path.startsWith("src/"))) {
    for (const { node } of places) {
      const named = isNode(node, "ExportSpecifier", "ExportAllDeclaration") && wordOf(node.exported) === "default";
      if (!named && !isNode(node, "ExportDefaultDeclaration", "TSExportAssignment")) continue;
      yield { file, line: lineOf(node.start), rule: "default-export", todo: "give the export a name" };
    }
  }
};

function onlyPassesOn({ places }: Source): boolean {
  const statements = nodesIn(places[0]?.node.body);
  return (
    statements.length > 0 &&
    statements.every(
      (node) =>
        isNode(node, "ImportDeclaration", "ExportAllDeclaration") ||
        (isNode(node, "ExportNamedDeclaration") && !isNode(node.declaration)),
    )
  );
}
