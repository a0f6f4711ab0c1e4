import type { View } from "../../services/observe/view.ts";
import { breakersBlock } from "../blocks/breakers.ts";
import { happeningsBlock } from "../blocks/happenings.ts";
import { learningBlock } from "../blocks/learning.ts";
import { pressureBlock } from "../blocks/pressure.ts";
import { servicesBlock } from "../blocks/services.ts";
import { sinksBlock } from "../blocks/sinks.ts";
import { blank, type Line } from "../line.ts";
import type { Pane, PaneState, Size } from "../pane.ts";
import { beside } from "../parts/columns.ts";

const wideFrom = 100;
const gap = 3;
const pairRows = 7;

function join(blocks: readonly (readonly Line[])[], space: boolean): Line[] {
  return blocks.flatMap((rows, at) => (at === 0 || !space ? rows : [blank, ...rows]));
}

function wide(view: View, { columns, rows }: Size, state: PaneState): Line[] {
  const left = Math.floor((columns - gap) * 0.55);
  const right = columns - gap - left;
  const first = join(
    [learningBlock(view, left, state), sinksBlock(view, left, state), pressureBlock(view, left, state)],
    true,
  );
  const breakers = breakersBlock(view, right, state);
  const services = servicesBlock(
    view,
    right,
    Math.max(4, Math.max(first.length, rows - 10) - breakers.length - 1),
    state,
  );
  const second = join([services, breakers], true);
  const upper = beside(
    [
      { rows: first, width: left },
      { rows: second, width: right },
    ],
    { gap, more: state.signs.more },
  );
  const rest = rows - upper.length - 1;
  return rest < 2 ? upper : [...upper, blank, ...happeningsBlock(view, columns, rest, state)];
}

function narrow(view: View, { columns, rows }: Size, state: PaneState): Line[] {
  const left = Math.floor((columns - gap) / 2);
  const right = columns - gap - left;
  const first = [
    ...learningBlock(view, columns, state),
    ...sinksBlock(view, columns, state),
    ...pressureBlock(view, columns, state),
  ];
  const room = Math.max(2, Math.min(pairRows, rows - first.length));
  const pair = beside(
    [
      { rows: servicesBlock(view, left, room, state), width: left },
      { rows: breakersBlock(view, right, state), width: right },
    ],
    { gap, more: state.signs.more },
  );
  const upper = [...first, ...pair.slice(0, room)];
  const rest = rows - upper.length;
  return rest < 2 ? upper : [...upper, ...happeningsBlock(view, columns, rest, state)];
}

/** Everything that matters on one screen. */
export const overviewPane: Pane = {
  name: "overview",
  title: "Overview",
  key: "1",
  keys: [],
  footer: ["attend", "palette", "help", "quit"],
  render: (view, size, state) =>
    (size.columns >= wideFrom ? wide(view, size, state) : narrow(view, size, state)).slice(0, size.rows),
};
