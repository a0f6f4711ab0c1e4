import { isBuiltin } from "node:module";
import { isNode, nodesIn, type Place, type SyntaxNode, textOf, wordOf } from "./syntax.ts";

/**
 * One way a file reaches another module. `type` vanishes when built, `value` loads with the file,
 * `await` and `dynamic` load when the line runs (`await import()`, and any other call).
 */
export interface Import {
  readonly kind: "type" | "value" | "await" | "dynamic";
  /** What is asked for, with `node:` put before the name of a built-in module; undefined when it is computed. */
  readonly specifier: string | undefined;
  readonly offset: number;
}

/** Lists every import, re-export, `import()`, `import("…").Type`, `import x = require()` and `require()` of a parsed file. */
export function importsOf(places: readonly Place[]): Import[] {
  const loaders = new Set(["require", ...places.flatMap(({ node }) => loaderNames(node))]);
  return places.flatMap((place) => importAt(place, loaders) ?? []);
}

/** The package a specifier belongs to: `zod` of `zod/mini`, `@scope/name` of `@scope/name/part`; built-in modules whole. */
export function packageOf(specifier: string): string {
  if (specifier.startsWith("node:")) return specifier;
  return specifier
    .split("/")
    .slice(0, specifier.startsWith("@") ? 2 : 1)
    .join("/");
}

function importAt({ node, above }: Place, loaders: ReadonlySet<string>): Import | undefined {
  const found = (kind: Import["kind"], from: unknown): Import => ({
    kind,
    specifier: fullName(textOf(from)),
    offset: node.start,
  });
  switch (node.type) {
    case "ImportDeclaration":
      return found(node.importKind === "type" ? "type" : "value", node.source);
    case "ExportNamedDeclaration":
    case "ExportAllDeclaration":
      return isNode(node.source) ? found(node.exportKind === "type" ? "type" : "value", node.source) : undefined;
    case "ImportExpression":
      return found(isNode(above, "AwaitExpression") ? "await" : "dynamic", node.source);
    case "TSImportType":
      return found("type", node.source);
    case "TSExternalModuleReference":
      return found("value", node.expression);
    case "CallExpression":
      return isLoader(node.callee, loaders) ? found("dynamic", nodesIn(node.arguments)[0]) : undefined;
    default:
      return undefined;
  }
}

function fullName(specifier: string | undefined): string | undefined {
  return specifier !== undefined && !specifier.startsWith("node:") && isBuiltin(specifier)
    ? `node:${specifier}`
    : specifier;
}

function loaderNames(node: SyntaxNode): string[] {
  const name = isNode(node, "VariableDeclarator") && makesLoader(node.init) ? wordOf(node.id) : undefined;
  return name === undefined ? [] : [name];
}

function isLoader(callee: unknown, loaders: ReadonlySet<string>): boolean {
  if (isNode(callee, "Identifier")) return loaders.has(wordOf(callee) ?? "");
  if (isNode(callee, "MemberExpression")) return wordOf(callee.property) === "getBuiltinModule";
  return makesLoader(callee);
}

function makesLoader(value: unknown): boolean {
  if (!isNode(value, "CallExpression")) return false;
  const { callee } = value;
  return wordOf(isNode(callee, "MemberExpression") ? callee.property : callee) === "createRequire";
}
