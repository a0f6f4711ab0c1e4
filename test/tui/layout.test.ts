import fc from "fast-check";
import { expect, test } from "vitest";
import yoga, { type Node } from "yoga-layout";
import { layoutEngine } from "../../src/tui/layout/engine.ts";
import type { LayoutNode } from "../../src/tui/layout/node.ts";

interface Tree {
  readonly kind: "column" | "row" | "text";
  readonly width: number | null;
  readonly height: number | null;
  readonly hidden: boolean;
  readonly margin: readonly number[];
  readonly padding: readonly number[];
  readonly gap: number;
  readonly length: number;
  readonly lines: number;
  readonly children: readonly Tree[];
}

const edges = [yoga.EDGE_LEFT, yoga.EDGE_TOP, yoga.EDGE_RIGHT, yoga.EDGE_BOTTOM];
const frame = fc.array(fc.integer({ min: 0, max: 2 }), { minLength: 4, maxLength: 4 });
const text = fc.record({
  kind: fc.constant<"text">("text"),
  width: fc.constant(null),
  height: fc.constant(null),
  hidden: fc.boolean(),
  margin: fc.constant([0, 0, 0, 0]),
  padding: fc.constant([0, 0, 0, 0]),
  gap: fc.constant(0),
  length: fc.integer({ min: 0, max: 60 }),
  lines: fc.integer({ min: 1, max: 3 }),
  children: fc.constant([]),
});

// As the screen and Ink's own report of an error are made: columns of columns and of rows, and rows of texts.
const trees = fc.letrec<{ row: Tree; column: Tree }>((tie) => ({
  row: fc.record({
    kind: fc.constant<"row">("row"),
    width: fc.constant(null),
    height: fc.option(fc.integer({ min: 4, max: 9 })),
    hidden: fc.constant(false),
    margin: frame,
    padding: frame,
    gap: fc.integer({ min: 0, max: 2 }),
    length: fc.constant(0),
    lines: fc.constant(0),
    children: fc.array(text, { maxLength: 4 }),
  }),
  column: fc.record({
    kind: fc.constant<"column">("column"),
    width: fc.option(fc.integer({ min: 1, max: 90 })),
    height: fc.constant(null),
    hidden: fc.boolean(),
    margin: frame,
    padding: frame,
    gap: fc.integer({ min: 0, max: 2 }),
    length: fc.constant(0),
    lines: fc.constant(0),
    children: fc.array(fc.oneof({ maxDepth: 3 }, text, tie("row"), tie("column")), { maxLength: 5 }),
  }),
}));

/** The screen is as high as the terminal and holds just as many rows. */
const high = fc.option(fc.integer({ min: 500, max: 600 }));

// Like Ink: what does not fit is cut, and takes the room there is.
const measure =
  ({ length, lines }: Tree) =>
  (width: number, mode: number) =>
    mode === yoga.MEASURE_MODE_UNDEFINED || length <= width
      ? { width: length, height: lines }
      : { width, height: lines };

function plant<N extends Node | LayoutNode>(tree: Tree, create: () => N, insert: (into: N, child: N) => void): N {
  const node = create();
  node.setFlexGrow(0);
  node.setFlexShrink(1);
  node.setFlexWrap(yoga.WRAP_NO_WRAP);
  node.setFlexDirection(tree.kind === "row" ? yoga.FLEX_DIRECTION_ROW : yoga.FLEX_DIRECTION_COLUMN);
  if (tree.width !== null) node.setWidth(tree.width);
  if (tree.height !== null) node.setHeight(tree.height);
  node.setDisplay(tree.hidden ? yoga.DISPLAY_NONE : yoga.DISPLAY_FLEX);
  edges.forEach((edge, at) => {
    node.setMargin(edge, tree.margin[at] ?? 0);
    node.setPadding(edge, tree.padding[at] ?? 0);
  });
  node.setGap(yoga.GUTTER_ALL, tree.gap);
  if (tree.kind === "text") node.setMeasureFunc(measure(tree));
  for (const child of tree.children) insert(node, plant(child, create, insert));
  return node;
}

function places(node: Node | LayoutNode, tree: Tree): unknown[] {
  const box = [node.getComputedLeft(), node.getComputedTop(), node.getComputedWidth(), node.getComputedHeight()];
  const children = "children" in node ? node.children : tree.children.map((_, at) => node.getChild(at));
  return [
    box,
    ...tree.children.map((child, at) => {
      const one = children[at];
      return one === undefined || child.hidden ? null : places(one, child);
    }),
  ];
}

function bothLayouts(tree: Tree, columns: number) {
  const own = plant(tree, layoutEngine.Node.create, (into, child) => into.insertChild(child, into.getChildCount()));
  const other = plant(
    tree,
    () => yoga.Node.create(),
    (into, child) => into.insertChild(child, into.getChildCount()),
  );
  own.setWidth(columns);
  other.setWidth(columns);
  own.calculateLayout();
  other.calculateLayout(undefined, undefined, yoga.DIRECTION_LTR);
  const found = { own: places(own, tree), other: places(other, tree) };
  other.freeRecursive();
  return found;
}

test("every screen of columns, rows and texts lies as Ink's own layout engine would lay it", () => {
  fc.assert(
    fc.property(trees.column, fc.integer({ min: 1, max: 200 }), high, (tree, columns, height) => {
      const { own, other } = bothLayouts({ ...tree, hidden: false, margin: [0, 0, 0, 0], height }, columns);
      expect(own).toEqual(other);
    }),
    { numRuns: 2000 },
  );
});

test("what the layout does not know is refused, not laid out wrongly", () => {
  const node = layoutEngine.Node.create();
  expect(() => node.setFlexDirection(yoga.FLEX_DIRECTION_ROW_REVERSE)).toThrow("does not know the direction 3");
  expect(() => node.setFlexGrow(1)).toThrow("does not know boxes that grow");
  expect(() => node.setFlexWrap(yoga.WRAP_WRAP)).toThrow("does not know the wrapping 1");
});

test("the layout speaks with the numbers of Ink's own engine", () => {
  for (const [word, number] of Object.entries(layoutEngine)) {
    if (typeof number === "number") expect([word, Reflect.get(yoga, word)]).toEqual([word, number]);
  }
});
