import type { Box } from "./box.ts";
import type { Edges } from "./edges.ts";
import { terms } from "./terms.ts";

const across = ({ left, right }: Edges) => left + right;
const along = ({ top, bottom }: Edges) => top + bottom;
const wide = ({ raw, margin }: Box) => raw.w + across(margin);

function layText({ measure, raw, padding, wantedHeight }: Box, room: number, isExact: boolean): void {
  const inner = Math.max(0, room - across(padding));
  const mode = isExact ? terms.MEASURE_MODE_EXACTLY : terms.MEASURE_MODE_AT_MOST;
  const size = measure?.(inner, mode, Number.NaN, terms.MEASURE_MODE_UNDEFINED) ?? { width: 0, height: 0 };
  raw.w = Math.max(across(padding), isExact ? room : Math.min(room, size.width + across(padding)));
  raw.h = Math.max(along(padding), wantedHeight ?? size.height + along(padding));
}

function layColumn(box: Box, shown: readonly Box[], inner: number, isExact: boolean): { w: number; h: number } {
  const lay = (child: Box, room: number, exactly: boolean) =>
    layBox(child, child.wantedWidth ?? Math.max(0, room - across(child.margin)), exactly || child.wantedWidth !== null);
  for (const child of shown) lay(child, inner, isExact);
  const w = isExact ? inner : Math.min(inner, Math.max(0, ...shown.map(wide)));
  let y = 0;
  for (const child of shown) {
    if (!isExact) lay(child, w, true);
    child.raw.x = box.padding.left + child.margin.left;
    child.raw.y = box.padding.top + y + child.margin.top;
    y += child.raw.h + along(child.margin) + box.rowGap;
  }
  return { w, h: shown.length === 0 ? 0 : y - box.rowGap };
}

// Where there is too little room, whoever may shrink gives, a wide one more.
function widthsOf(box: Box, shown: readonly Box[], inner: number): number[] {
  for (const child of shown)
    layBox(child, child.wantedWidth ?? Math.max(0, inner - across(child.margin)), child.wantedWidth !== null);
  const gaps = box.columnGap * Math.max(0, shown.length - 1);
  const tooMuch = shown.reduce((sum, child) => sum + wide(child), gaps) - inner;
  const give = shown.reduce((sum, { raw, shrink }) => sum + raw.w * shrink, 0);
  if (tooMuch <= 0 || give === 0) return shown.map(({ raw }) => raw.w);
  return shown.map(({ raw, shrink }) => Math.max(0, raw.w - (tooMuch * raw.w * shrink) / give));
}

function layRow(box: Box, shown: readonly Box[], inner: number): { w: number; h: number } {
  const widths = widthsOf(box, shown, inner);
  let x = 0;
  let h = 0;
  shown.forEach((child, at) => {
    layBox(child, widths[at] ?? 0, true);
    child.raw.x = box.padding.left + x + child.margin.left;
    child.raw.y = box.padding.top + child.margin.top;
    x += wide(child) + box.columnGap;
    h = Math.max(h, child.raw.h + along(child.margin));
  });
  const tall = box.wantedHeight === null ? h : Math.max(0, box.wantedHeight - along(box.padding));
  for (const child of shown) if (child.wantedHeight === null) child.raw.h = Math.max(0, tall - along(child.margin));
  return { w: shown.length === 0 ? 0 : x - box.columnGap, h };
}

function layBox(box: Box, room: number, isExact: boolean): void {
  if (box.measure !== null) {
    layText(box, room, isExact);
    return;
  }
  const shown = box.children.filter(({ isShown }) => isShown);
  const inner = Math.max(0, room - across(box.padding));
  const { w, h } = box.inRow ? layRow(box, shown, inner) : layColumn(box, shown, inner, isExact);
  box.raw.w = Math.max(across(box.padding), isExact ? room : Math.min(room, w + across(box.padding)));
  box.raw.h = Math.max(along(box.padding), box.wantedHeight ?? h + along(box.padding));
}

const nearly = (a: number, b: number) => Math.abs(a - b) < 0.0001;

function whole(value: number, to: "nearest" | "up" | "down"): number {
  if (nearly(value, Math.round(value))) return Math.round(value);
  return to === "up" ? Math.ceil(value) : to === "down" ? Math.floor(value) : Math.floor(value + 0.5);
}

// Edges are rounded where they lie on the screen, so that neighbours neither overlap nor leave a gap.
function roundBox(box: Box, originX: number, originY: number): void {
  const { raw, cells, measure } = box;
  const isText = measure !== null;
  const [left, top] = [originX + raw.x, originY + raw.y];
  const start = isText ? "down" : "nearest";
  const end = (size: number) => (!isText ? "nearest" : nearly(size, Math.round(size)) ? "down" : "up");
  cells.left = whole(raw.x, start);
  cells.top = whole(raw.y, start);
  cells.width = whole(left + raw.w, end(raw.w)) - whole(left, start);
  cells.height = whole(top + raw.h, end(raw.h)) - whole(top, start);
  for (const child of box.children) if (child.isShown) roundBox(child, left, top);
}

/** Lays a box and all within it out, in as many columns as it wants; heights follow from what it holds. */
export function layOut(box: Box): void {
  layBox(box, box.wantedWidth ?? 0, true);
  roundBox(box, 0, 0);
}
