import { isNode, nodesIn, type Place, propertyOf, type SyntaxNode, wordOf } from "./syntax.ts";
import type { Rule, Source } from "./tree.ts";

/** The type `any` is never written. */
export const noAny: Rule = function* ({ sources }) {
  for (const { path: file, places, lineOf } of inSrc(sources)) {
    for (const { node } of places) {
      if (!isNode(node, "TSAnyKeyword")) continue;
      yield { file, line: lineOf(node.start), rule: "any", todo: "write the type, or `unknown` and look" };
    }
  }
};

/** No type is claimed with `as` or `<…>`; only `as const` is. */
export const noCasts: Rule = function* ({ sources }) {
  for (const { path: file, places, lineOf } of inSrc(sources)) {
    for (const { node } of places) {
      if (!isNode(node, "TSAsExpression", "TSTypeAssertion")) continue;
      if (isNode(node.typeAnnotation, "TSTypeReference") && wordOf(node.typeAnnotation.typeName) === "const") continue;
      yield { file, line: lineOf(node.start), rule: "cast", todo: "narrow by looking, or parse it with a shape" };
    }
  }
};

/** Only the command line prints with `console`. */
export const onlyCliPrints: Rule = function* ({ sources }) {
  for (const { path: file, room, places, imports, lineOf } of inSrc(sources)) {
    if (room === "cli") continue;
    const spoken = places.filter(isConsole).map(({ node }) => lineOf(node.start));
    const imported = imports.filter(({ specifier }) => specifier === "node:console").map(({ line }) => line);
    for (const line of [...spoken, ...imported]) {
      yield { file, line, rule: "console", todo: "return it or emit it; src/cli does the printing" };
    }
  }
};

/** Only the command line ends the process. */
export const onlyCliExits: Rule = function* ({ sources }) {
  for (const source of inSrc(sources).filter(({ room }) => room !== "cli")) {
    for (const node of partsOfProcess(source, "exit")) {
      const line = source.lineOf(node.start);
      yield { file: source.path, line, rule: "exit", todo: "throw a Failure; src/cli picks the exit code" };
    }
  }
};

/** Only the configuration reads the environment. */
export const onlyConfigReadsEnvironment: Rule = function* ({ sources }) {
  for (const source of inSrc(sources).filter(({ path }) => path !== "src/engine/config.ts")) {
    for (const node of partsOfProcess(source, "env")) {
      const line = source.lineOf(node.start);
      yield { file: source.path, line, rule: "env", todo: "make it a setting in src/engine/config.ts and pass it in" };
    }
  }
};

function inSrc(sources: readonly Source[]): Source[] {
  return sources.filter(({ path }) => path.startsWith("src/"));
}

function isConsole({ node, above, field }: Place): boolean {
  if (wordOf(node) !== "console") return false;
  if (isNode(above, "MemberExpression") && field === "property") {
    return wordOf(above.object) === "globalThis";
  }
  if (!isNode(node, "Identifier")) return false;
  const isLabel = ["key", "imported", "exported"].includes(field) && above?.computed !== true;
  return !isLabel && !(field === "right" && isNode(above, "TSQualifiedName"));
}

function partsOfProcess({ places }: Source, part: string): SyntaxNode[] {
  const names = new Set(["process", ...places.flatMap(({ node }) => importedFromProcess(node, undefined))]);
  const isProcess = (value: unknown) =>
    isNode(value, "MemberExpression")
      ? wordOf(value.object) === "globalThis" && propertyOf(value) === "process"
      : isNode(value, "Identifier") && names.has(wordOf(value) ?? "");
  return places
    .map(({ node }) => node)
    .filter((node) => {
      if (isNode(node, "MemberExpression")) return isProcess(node.object) && propertyOf(node) === part;
      if (isNode(node, "VariableDeclarator")) return isProcess(node.init) && takes(node.id, part);
      return importedFromProcess(node, part).length > 0;
    });
}

function takes(pattern: unknown, part: string): boolean {
  return isNode(pattern, "ObjectPattern") && nodesIn(pattern.properties).some(({ key }) => wordOf(key) === part);
}

/** The local names an import of Node's process module gives to one part of it, or to the whole when no part is named. */
function importedFromProcess(node: SyntaxNode, part: string | undefined): string[] {
  if (!isNode(node, "ImportDeclaration") || !/^(node:)?process$/.test(wordOf(node.source) ?? "")) return [];
  return nodesIn(node.specifiers)
    .filter((specifier) => (isNode(specifier, "ImportSpecifier") ? wordOf(specifier.imported) : undefined) === part)
    .map(({ local }) => wordOf(local) ?? "");
}
