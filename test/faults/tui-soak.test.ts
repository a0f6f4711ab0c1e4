import { EventEmitter } from "node:events";
import { Writable } from "node:stream";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { expect, test } from "vitest";
import { openLogBook } from "../../src/services/observe/log-book.ts";
import { counted } from "../counts.ts";
import { until } from "../engine/telemetry/writing.ts";
import { calmView } from "../tui/showing.ts";

const frames = counted(20_000, 60_000);
const settledAt = 5000;
const everyFrames = 1000;

/** A terminal that takes everything and keeps nothing. */
class Sink extends Writable {
  readonly isTTY = true;
  readonly columns = 160;
  readonly rows = 45;
  frames = 0;
  override _write(part: Buffer, _encoding: string, done: () => void): void {
    if (part.includes("\u001b[?2026h")) this.frames++;
    done();
  }
}

/** A keyboard that nobody touches. */
class Keyboard extends EventEmitter {
  readonly isTTY = true;
  setEncoding(): void {}
  setRawMode(): void {}
  read(): null {
    return null;
  }
  ref(): void {}
  unref(): void {}
}

// Least squares: megabytes for each ten thousand frames.
function slopeOf(points: readonly { readonly frame: number; readonly bytes: number }[]): number {
  const mean = (of: (point: (typeof points)[number]) => number) =>
    points.reduce((sum, one) => sum + of(one), 0) / points.length;
  const [frame, bytes] = [mean((one) => one.frame), mean((one) => one.bytes)];
  const across = points.reduce((sum, one) => sum + (one.frame - frame) * (one.bytes - bytes), 0);
  return ((across / points.reduce((sum, one) => sum + (one.frame - frame) ** 2, 0)) * 10_000) / 1e6;
}

test(`${frames} frames, none like the other, leave no memory behind that a collection does not free`, async () => {
  // React's development build keeps a measurement of every render.
  process.env.NODE_ENV = "production";
  setFlagsFromString("--expose-gc");
  const collect = runInNewContext("gc");
  const [{ render }, { createElement }, { App }, { freshScreen }, { allKeys, allScreenCommands }] = await Promise.all([
    import("ink"),
    import("react"),
    import("../../src/tui/app.tsx"),
    import("../../src/tui/screen.ts"),
    import("../../src/tui/pane-table.ts"),
  ]);
  const book = openLogBook(20);
  let view = calmView();
  let isFollowed = false;
  let told: () => unknown = () => undefined;
  const source = {
    view: () => view,
    logs: book,
    subscribe(listener: () => void) {
      told = listener;
      isFollowed = true;
      return () => undefined;
    },
  };
  const stdout = new Sink();
  const instance = render(
    createElement(App, {
      source,
      first: freshScreen("logs", "dark"),
      tables: { keys: allKeys, commands: allScreenCommands, actions: [], custom: [], readOnly: false },
      ascii: false,
      mono: false,
      screenReader: false,
      act: () => undefined,
      onOpen: () => undefined,
    }),
    {
      stdout,
      stdin: new Keyboard() as unknown as NodeJS.ReadStream,
      interactive: true,
      alternateScreen: true,
      incrementalRendering: true,
      patchConsole: false,
      maxFps: 1000,
    },
  );
  const drawn = async () => {
    const before = stdout.frames;
    const deadline = performance.now() + 10_000;
    while (stdout.frames === before) {
      if (performance.now() > deadline) throw new Error(`no frame after ${before}`);
      await instance.waitUntilRenderFlush();
    }
  };
  await until(() => isFollowed, 10_000);
  const points: { frame: number; bytes: number }[] = [];
  const resident: { frame: number; bytes: number }[] = [];
  for (let frame = 1; frame <= frames; frame++) {
    book.push({
      service: `s${frame % 7}`,
      stream: "stdout",
      at: null,
      text: `line ${frame} of many, ${"x".repeat(frame % 90)}`,
    });
    view = { ...view, rates: { ...view.rates, events: [frame, frame % 97] } };
    told();
    await drawn();
    if (frame < settledAt || frame % everyFrames !== 0) continue;
    collect();
    const { heapUsed, external, rss } = process.memoryUsage();
    points.push({ frame, bytes: heapUsed + external });
    resident.push({ frame, bytes: rss });
  }
  instance.unmount();
  const slope = slopeOf(points);
  console.log(
    `${stdout.frames} frames written, ${slope.toFixed(2)} MB for each 10,000 frames, ${slopeOf(resident).toFixed(2)} MB resident`,
  );
  expect(stdout.frames).toBeGreaterThanOrEqual(frames);
  expect(slope).toBeLessThan(1);
});
