import { parseAst } from "vitest/node";

/** One node of a parsed source file, as ESTree with TypeScript names it. */
export interface SyntaxNode {
  readonly type: string;
  readonly start: number;
  readonly end: number;
  readonly [field: string]: unknown;
}

/** A node and where it hangs: the node above and the name of the field that holds it. */
export interface Place {
  readonly node: SyntaxNode;
  readonly above: SyntaxNode | undefined;
  readonly field: string;
}

/** Parses TypeScript, TSX or JavaScript by the file's ending and lists every node, outermost first; throws on a syntax error. */
export function parseSource(text: string, path: string): Place[] {
  const lang = path.endsWith(".tsx") ? "tsx" : path.endsWith("ts") ? "ts" : "js";
  const places: Place[] = [];
  collect(parseAst(text, { lang }, path), undefined, "", places);
  return places;
}

/** Whether a value is a node, of one of the given types when any are given. */
export function isNode<Type extends string>(
  value: unknown,
  ...types: Type[]
): value is SyntaxNode & { readonly type: Type } {
  return (
    typeof value === "object" &&
    value !== null &&
    "type" in value &&
    typeof value.type === "string" &&
    (types.length === 0 || types.some((type) => type === value.type))
  );
}

/** The nodes in a list field; an empty list when there is none. */
export function nodesIn(value: unknown): SyntaxNode[] {
  return Array.isArray(value) ? value.filter((item) => isNode(item)) : [];
}

/** The name of an identifier, or the text of a string literal or of a template without holes. */
export function wordOf(value: unknown): string | undefined {
  if (isNode(value, "Identifier") && typeof value.name === "string") return value.name;
  return textOf(value);
}

/** The text of a string literal or of a template without holes. */
export function textOf(value: unknown): string | undefined {
  if (isNode(value, "Literal") && typeof value.value === "string") return value.value;
  if (!isNode(value, "TemplateLiteral") || nodesIn(value.expressions).length > 0) return undefined;
  const only = nodesIn(value.quasis)[0]?.value;
  return typeof only === "object" && only !== null && "cooked" in only && typeof only.cooked === "string"
    ? only.cooked
    : undefined;
}

/** The name of the property a member expression reads, whether written with a dot or with a string in brackets. */
export function propertyOf(member: SyntaxNode): string | undefined {
  return member.computed === true ? textOf(member.property) : wordOf(member.property);
}

function collect(value: unknown, above: SyntaxNode | undefined, field: string, places: Place[]): void {
  if (Array.isArray(value)) {
    for (const item of value) collect(item, above, field, places);
  } else if (isNode(value)) {
    places.push({ node: value, above, field });
    for (const [name, child] of Object.entries(value)) {
      if (typeof child === "object" && child !== null) collect(child, value, name, places);
    }
  }
}
