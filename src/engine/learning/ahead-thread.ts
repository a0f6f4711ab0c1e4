import { workerData } from "node:worker_threads";
import { readAt } from "../telemetry/identity.ts";
import { isAheadSetup, type Learn, type LearnedAhead, type Place, slotState } from "./ahead-slots.ts";
import { learnLines } from "./learn.ts";
import { memoryOf, type PackedRun, packRun } from "./packed-run.ts";

const setup: unknown = workerData;
if (isAheadSetup(setup)) {
  const { port, slots, chunkBytes, maxLineBytes } = setup;
  // Where each chain goes on; null where it came to an end.
  const places = new Map<number, Place | null>();
  port.on("message", ({ slot, chain, place }: Learn) => {
    if (Atomics.compareExchange(slots, slot, slotState.asked, slotState.working) !== slotState.asked) {
      // Called off, and with it the rest of its chain.
      places.delete(chain);
      Atomics.store(slots, slot, slotState.free);
      return;
    }
    const from = place ?? places.get(chain) ?? null;
    const run = from === null ? null : learn(from, chunkBytes, maxLineBytes);
    places.set(chain, from === null || run === null ? null : behind(from, run));
    const answer: LearnedAhead = { slot, run };
    port.postMessage(answer, run === null ? [] : memoryOf(run));
    Atomics.store(slots, slot, slotState.done);
    Atomics.notify(slots, slot);
  });
}

function behind({ fd, offset, origin, turn }: Place, { bytes, turns }: PackedRun): Place {
  const last = turns.at(-1);
  return { fd, offset: offset + bytes.length, origin, turn: last === undefined ? turn : last.turn };
}

// Whatever cannot be read here is not said: the thread that asked reads it too, and says it.
function learn({ fd, offset, origin, turn }: Place, chunkBytes: number, maxLineBytes: number): PackedRun | null {
  try {
    const memory = new ArrayBuffer(chunkBytes);
    const read = readAt(fd, offset, chunkBytes, Buffer.from(memory));
    const length = read.lastIndexOf(10) + 1;
    if (length === 0) return null;
    const lines = learnLines(Buffer.from(memory, 0, length), offset, origin, turn, maxLineBytes);
    return packRun(new Uint8Array(memory, 0, length), lines, origin.file, turn);
  } catch {
    return null;
  }
}
