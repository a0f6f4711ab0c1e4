import { terms } from "./terms.ts";

/** The widths at the four sides of a box. */
export interface Edges {
  left: number;
  top: number;
  right: number;
  bottom: number;
}

/** No width at any side. */
export function noEdges(): Edges {
  return { left: 0, top: 0, right: 0, bottom: 0 };
}

const sides: Readonly<Record<number, readonly (keyof Edges)[]>> = {
  [terms.EDGE_LEFT]: ["left"],
  [terms.EDGE_START]: ["left"],
  [terms.EDGE_RIGHT]: ["right"],
  [terms.EDGE_END]: ["right"],
  [terms.EDGE_TOP]: ["top"],
  [terms.EDGE_BOTTOM]: ["bottom"],
  [terms.EDGE_HORIZONTAL]: ["left", "right"],
  [terms.EDGE_VERTICAL]: ["top", "bottom"],
  [terms.EDGE_ALL]: ["left", "top", "right", "bottom"],
};

/** Sets the sides that an edge of the layout's terms stands for; undefined takes the width away. */
export function setEdge(edges: Edges, edge: number, width: number | undefined): void {
  for (const side of sides[edge] ?? []) edges[side] = width ?? 0;
}

/** The width at one side. */
export function edgeOf(edges: Edges, edge: number): number {
  const [side] = sides[edge] ?? [];
  return side === undefined ? 0 : edges[side];
}
