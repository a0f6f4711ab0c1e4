import type { Edges } from "./edges.ts";

/** Says how many cells a text takes when it has so many columns; how they are meant, the layout's measure mode says. */
export type Measure = (
  width: number,
  widthMode: number,
  height: number,
  heightMode: number,
) => { readonly width: number; readonly height: number };

/** One box of a layout: how it is to lie, and, once it was laid out, where it lies. */
export interface Box {
  readonly children: readonly Box[];
  readonly margin: Edges;
  readonly padding: Edges;
  /** For a box of text; null for one of boxes. */
  readonly measure: Measure | null;
  readonly inRow: boolean;
  readonly isShown: boolean;
  readonly shrink: number;
  readonly columnGap: number;
  readonly rowGap: number;
  /** Wanted cells; null for what the content takes. */
  readonly wantedWidth: number | null;
  readonly wantedHeight: number | null;
  /** Before rounding, relative to the parent. */
  readonly raw: { x: number; y: number; w: number; h: number };
  /** In whole cells, relative to the parent. */
  readonly cells: { left: number; top: number; width: number; height: number };
}
