import type { Box, Measure } from "./box.ts";
import { edgeOf, noEdges, setEdge } from "./edges.ts";
import { layOut } from "./flow.ts";
import { terms } from "./terms.ts";

function only(isKnown: boolean, what: string): void {
  if (!isKnown) throw new Error(`The layout of the screen does not know ${what}`);
}

/**
 * A node of the layout, as Ink speaks to it: columns and rows of boxes and texts, with widths, heights, margins, paddings
 * and gaps in cells. That is all the screen is made of; whatever else it is asked for, it refuses.
 */
export class LayoutNode implements Box {
  readonly children: LayoutNode[] = [];
  readonly margin = noEdges();
  readonly padding = noEdges();
  readonly raw = { x: 0, y: 0, w: 0, h: 0 };
  readonly cells = { left: 0, top: 0, width: 0, height: 0 };
  measure: Measure | null = null;
  inRow = false;
  isShown = true;
  shrink = 0;
  columnGap = 0;
  rowGap = 0;
  wantedWidth: number | null = null;
  wantedHeight: number | null = null;

  insertChild(child: LayoutNode, at: number): void {
    this.children.splice(at, 0, child);
  }

  removeChild(child: LayoutNode): void {
    const at = this.children.indexOf(child);
    if (at >= 0) this.children.splice(at, 1);
  }

  getChildCount(): number {
    return this.children.length;
  }

  setMeasureFunc(measure: Measure): void {
    this.measure = measure;
  }

  unsetMeasureFunc(): void {
    this.measure = null;
  }

  /** Every layout measures anew; Ink remembers what it measured. */
  markDirty(): void {}

  free(): void {}

  freeRecursive(): void {
    this.children.length = 0;
  }

  setFlexDirection(direction: number): void {
    this.inRow = direction === terms.FLEX_DIRECTION_ROW;
    only(this.inRow || direction === terms.FLEX_DIRECTION_COLUMN, `the direction ${direction}`);
  }

  setFlexWrap(wrap: number): void {
    only(wrap === terms.WRAP_NO_WRAP, `the wrapping ${wrap}`);
  }

  setFlexGrow(share: number): void {
    only(share === 0, "boxes that grow");
  }

  setFlexShrink(share: number): void {
    this.shrink = share;
  }

  setDisplay(display: number): void {
    this.isShown = display !== terms.DISPLAY_NONE;
  }

  getDisplay(): number {
    return this.isShown ? terms.DISPLAY_FLEX : terms.DISPLAY_NONE;
  }

  setWidth(cells: number): void {
    this.wantedWidth = cells;
  }

  setWidthAuto(): void {
    this.wantedWidth = null;
  }

  setHeight(cells: number): void {
    this.wantedHeight = cells;
  }

  setHeightAuto(): void {
    this.wantedHeight = null;
  }

  setMargin(edge: number, cells: number | undefined): void {
    setEdge(this.margin, edge, cells);
  }

  setPadding(edge: number, cells: number | undefined): void {
    setEdge(this.padding, edge, cells);
  }

  setGap(gutter: number, cells: number | undefined): void {
    if (gutter !== terms.GUTTER_ROW) this.columnGap = cells ?? 0;
    if (gutter !== terms.GUTTER_COLUMN) this.rowGap = cells ?? 0;
  }

  /** The width was set before: Ink gives the root that of the terminal. */
  calculateLayout(): void {
    layOut(this);
  }

  getComputedLeft(): number {
    return this.cells.left;
  }

  getComputedTop(): number {
    return this.cells.top;
  }

  getComputedWidth(): number {
    return this.cells.width;
  }

  getComputedHeight(): number {
    return this.cells.height;
  }

  getComputedPadding(edge: number): number {
    return edgeOf(this.padding, edge);
  }

  getComputedMargin(edge: number): number {
    return edgeOf(this.margin, edge);
  }

  /** No box of the screen has a border. */
  getComputedBorder(_edge: number): number {
    return 0;
  }
}
