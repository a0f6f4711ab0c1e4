import fc from "fast-check";
import { expect, test } from "vitest";
import { noTurns } from "../../../src/engine/learning/formats/dialect.ts";
import type { Turns } from "../../../src/engine/learning/formats/shapes.ts";
import { type Learned, learnLines, settleTurn } from "../../../src/engine/learning/learn.ts";
import { lessonId } from "../../../src/engine/learning/lesson.ts";
import { counted } from "../../counts.ts";

/** One thing that happens in a session; `n` makes its words its own. */
type Happening =
  | {
      readonly kind: "ask" | "reject" | "undo" | "interrupt" | "report" | "settle" | "restart";
      readonly session: number;
    }
  | { readonly kind: "answer"; readonly session: number; readonly stop: "end_turn" | "max_tokens" | null }
  | { readonly kind: "tool"; readonly session: number; readonly failed: boolean };

const session = fc.integer({ min: 0, max: 1 });
const happening: fc.Arbitrary<Happening> = fc.oneof(
  { arbitrary: fc.record({ kind: fc.constantFrom("ask" as const), session }), weight: 3 },
  {
    arbitrary: fc.record({
      kind: fc.constant("answer" as const),
      session,
      stop: fc.constantFrom("end_turn" as const, "end_turn" as const, null, "max_tokens" as const),
    }),
    weight: 5,
  },
  { arbitrary: fc.record({ kind: fc.constant("tool" as const), session, failed: fc.boolean() }), weight: 2 },
  {
    arbitrary: fc.record({
      kind: fc.constantFrom("reject" as const, "undo" as const, "interrupt" as const, "report" as const),
      session,
    }),
    weight: 2,
  },
  { arbitrary: fc.record({ kind: fc.constantFrom("settle" as const, "restart" as const), session }), weight: 3 },
);

const typed = {
  ask: (n: number) => `Question ${n}: how do I list the files of directory ${n}?`,
  reject: (n: number) => `No, that is wrong, use the other way number ${n} instead`,
  undo: (n: number) => `No. Undo it, number ${n}.`,
  report: (n: number) => `<task-notification>task ${n} has ended</task-notification>`,
};
const answered = (n: number) => `Answer ${n}: type the command number ${n} and read what it says.`;

function lineOf(one: Happening, n: number): string | null {
  const base = { sessionId: `s${one.session}`, uuid: `u${n}`, timestamp: "2026-03-01T10:00:00.000Z" };
  const user = (content: unknown) => JSON.stringify({ ...base, type: "user", message: { role: "user", content } });
  switch (one.kind) {
    case "settle":
    case "restart":
      return null;
    case "answer":
      return JSON.stringify({
        ...base,
        type: "assistant",
        message: {
          role: "assistant",
          model: "m",
          content: [{ type: "text", text: answered(n) }],
          stop_reason: one.stop,
        },
      });
    case "tool":
      return user([{ type: "tool_result", tool_use_id: "t", content: "output", is_error: one.failed }]);
    case "interrupt":
      return user("[Request interrupted by user]");
    default:
      return user(typed[one.kind](n));
  }
}

/** A turn as the model sees it: what was asked, and what came of it in the end. */
interface ModelTurn {
  readonly prompt: string;
  readonly asked: boolean;
  readonly corrects: ModelTurn | null;
  readonly undoes: boolean;
  response: string;
  failing: boolean;
  stop: string | null;
  isOver: boolean;
  rejected: boolean;
}

/** What must be taught, and what must be kept as rejected, once all is decided: by hindsight, line by line. */
function model(script: readonly Happening[]): { taught: Set<string>; negatives: Set<string> } {
  const turns: ModelTurn[] = [];
  const open: (ModelTurn | null)[] = [null, null];
  script.forEach((one, n) => {
    const turn = open[one.session] ?? null;
    if (one.kind === "answer") {
      if (turn === null) return;
      turn.response = turn.response === "" ? answered(n) : `${turn.response}\n\n${answered(n)}`;
      turn.stop = one.stop;
    } else if (one.kind === "tool") {
      if (turn !== null) Object.assign(turn, { response: "", failing: one.failed, stop: null });
    } else if (one.kind === "interrupt") {
      if (turn === null || (turn.response !== "" && turn.stop === "end_turn")) return;
      turn.isOver = true;
      open[one.session] = null;
    } else if (one.kind !== "settle" && one.kind !== "restart") {
      const isRejection = one.kind === "reject" || one.kind === "undo";
      const before = turn !== null && turn.response !== "" ? turn : null;
      if (isRejection && before?.asked) before.rejected = true;
      const next: ModelTurn = {
        prompt: typed[one.kind](n),
        asked: one.kind !== "report",
        corrects: isRejection ? before : null,
        undoes: one.kind === "undo",
        response: "",
        failing: false,
        stop: null,
        isOver: false,
        rejected: false,
      };
      turns.push(next);
      open[one.session] = next;
    }
  });
  const first = (turn: ModelTurn): ModelTurn => (turn.corrects === null ? turn : first(turn.corrects));
  const good = turns.filter(
    (turn) =>
      turn.response !== "" &&
      !turn.failing &&
      turn.stop !== "max_tokens" &&
      !turn.isOver &&
      // A program's report is no question: what answers it, and what corrects that, has no words to be taught with.
      first(turn).asked &&
      turn.asked,
  );
  const name = (turn: ModelTurn) => lessonId(first(turn).prompt, turn.response);
  return {
    taught: new Set(good.filter(({ rejected, corrects }) => !rejected && corrects === null).map(name)),
    negatives: new Set(good.filter(({ rejected }) => rejected).map(name)),
  };
}

/** What the learner makes of the same script, with turns decided early and carried over restarts. */
function learn(script: readonly Happening[]) {
  const origin = { file: "/logs/session.jsonl", inode: "1:2" };
  const log: string[] = [];
  const said: Learned[] = [];
  const counts = { lines: 0, events: 0, back: 0 };
  let turns: Turns = noTurns;
  let offset = 0;
  const settle = () => {
    turns = turns.map((turn) => {
      const settled = settleTurn(turn, origin);
      if (settled === null) return turn;
      counts.back++;
      said.push(settled.learned);
      return settled.turn;
    });
  };
  script.forEach((one, n) => {
    if (one.kind === "settle") settle();
    if (one.kind === "restart") turns = JSON.parse(JSON.stringify(turns));
    const text = lineOf(one, n);
    if (text === null) return;
    log.push(text);
    const bytes = Buffer.from(`${text}\n`);
    for (const line of learnLines(bytes, offset, origin, turns, 1e6)) {
      counts.lines++;
      counts.events += line.outcomes.length;
      said.push(...line.outcomes);
      turns = line.turns;
    }
    offset += bytes.length;
  });
  settle();
  const file = `${log.join("\n")}\n`;
  return { said, counts, file };
}

test("whatever happens in a session, only accepted work is taught, once, and rejected work is kept apart", () => {
  fc.assert(
    fc.property(fc.array(happening, { maxLength: 40 }), (script) => {
      const wanted = model(script);
      const { said, counts, file } = learn(script);
      const lessons = said.flatMap((one) => ("lesson" in one ? [one.lesson] : []));
      const negatives = said.flatMap((one) => ("negative" in one && one.negative ? [one.negative] : []));
      const gone = new Set([...said.flatMap(({ withdraws }) => withdraws ?? []), ...negatives.map(({ id }) => id)]);
      expect(new Set(lessons.map(({ id }) => id).filter((id) => !gone.has(id)))).toEqual(wanted.taught);
      expect(new Set(negatives.map(({ id }) => id))).toEqual(wanted.negatives);
      // One line is one event, except where a line closes the turns of more conversations than may be open.
      expect(counts.events).toBe(counts.lines);
      for (const { origin, prompt, response } of [...lessons, ...negatives]) {
        const held = file.slice(origin.offset, origin.offset + origin.bytes);
        expect(held.endsWith("\n")).toBe(true);
        for (const words of [prompt, ...response.split("\n\n")]) expect(held).toContain(words);
      }
    }),
    { numRuns: counted(3000, 30_000) },
  );
}, 600_000);
