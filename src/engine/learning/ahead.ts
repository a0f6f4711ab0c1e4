import { availableParallelism } from "node:os";
import { setFlagsFromString } from "node:v8";
import { MessageChannel, type MessagePort, receiveMessageOnPort, Worker } from "node:worker_threads";
import { type AheadSetup, type Learn, type LearnedAhead, type Place, slotState } from "./ahead-slots.ts";
import type { PackedRun } from "./packed-run.ts";

/** Runs asked for at once, over all files and in one file. */
const slotCount = 16;
const chainLength = 8;
/** A thread that is silent for so long is given up. */
const silentMs = 10_000;
/** Once the backlog is a sixteenth of what started it, the thread is ended. */
const doneShare = 1 / 16;
/** What a run is made of does not live long: a small space for it is collected quickly and takes little memory. */
const youngSpaceMb = 8;

/**
 * A second thread that learns what will be needed next while this one stores what was learned. States: off, on, failed
 * (then everything is learned here, as without it). What it gives is only a proposal: it may have read other bytes.
 */
export interface Ahead {
  /** Asks for the runs that follow a place, unless its file has been asked for already. */
  ask(place: Place): void;
  /** The run at a place, waiting until the other thread has it; null when it was not asked for. */
  take(inode: string, offset: number): PackedRun | null;
  /** Forgets what was asked for in a file, because it was not what is there. */
  drop(inode: string): void;
  /** Starts or ends the thread as the backlog is worth it. */
  weigh(backlogBytes: number): void;
  close(): void;
}

/** The runs asked for in one file, in order; the first begins at `offset`. */
interface Chain {
  readonly number: number;
  readonly slots: number[];
  offset: number;
}

/** One start of the thread, with the memory and the channel that both sides see. */
interface Running {
  readonly thread: Worker;
  readonly port: MessagePort;
  readonly slots: Int32Array;
  readonly chains: Map<string, Chain>;
  readonly learned: Map<number, PackedRun | null>;
  /** Slots whose runs nobody wants any more. */
  readonly lost: Set<number>;
}

// Run from its source, as tests do, the thread's file lies beside this one; built, beside the bundle.
const threadFile = import.meta.url.endsWith(".ts") ? "./ahead-thread.ts" : "./ahead-thread.js";

function start(terms: Omit<AheadSetup, "slots" | "port">, onEnd: () => void): Running {
  const { port1, port2 } = new MessageChannel();
  const slots = new Int32Array(new SharedArrayBuffer(4 * slotCount));
  const setup: AheadSetup = { ...terms, slots, port: port2 };
  // The new thread reads this as it starts; at 1 MiB, runs would outlive their space and be collected slowly.
  setFlagsFromString("--min-semi-space-size=2");
  const thread = new Worker(new URL(threadFile, import.meta.url), {
    workerData: setup,
    transferList: [port2],
    execArgv: [],
    resourceLimits: { maxYoungGenerationSizeMb: youngSpaceMb },
  });
  thread.unref();
  thread.on("error", onEnd);
  thread.on("exit", onEnd);
  return { thread, port: port1, slots, chains: new Map(), learned: new Map(), lost: new Set() };
}

function extend({ slots, port }: Running, chain: Chain, from: Place | null): void {
  for (let place = from; chain.slots.length < chainLength; place = null) {
    const slot = slots.indexOf(slotState.free);
    if (slot < 0) return;
    Atomics.store(slots, slot, slotState.asked);
    chain.slots.push(slot);
    const learn: Learn = { slot, chain: chain.number, place };
    port.postMessage(learn);
  }
}

function receive({ port, learned }: Running): void {
  for (let got = receiveMessageOnPort(port); got !== undefined; got = receiveMessageOnPort(port)) {
    const { slot, run }: LearnedAhead = got.message;
    learned.set(slot, run);
  }
}

// What is not begun is called off; what is done, or will be, is thrown away.
function forget({ slots, lost }: Running, slot: number): void {
  const was = Atomics.compareExchange(slots, slot, slotState.asked, slotState.calledOff);
  if (was !== slotState.asked) lost.add(slot);
}

function throwAway({ slots, lost, learned }: Running): void {
  for (const slot of lost) {
    if (Atomics.load(slots, slot) !== slotState.done || !learned.delete(slot)) continue;
    lost.delete(slot);
    Atomics.store(slots, slot, slotState.free);
  }
}

// Waits while the other thread is at it: nothing else could be done with the run's lines missing.
function awaited({ slots }: Running, slot: number): boolean {
  const until = performance.now() + silentMs;
  for (let state = Atomics.load(slots, slot); state !== slotState.done; state = Atomics.load(slots, slot)) {
    if (performance.now() > until) return false;
    Atomics.wait(slots, slot, state, 1000);
  }
  return true;
}

/** How reading goes, and from how much backlog on a thread is worth its start and its memory; 0 for never. */
export interface AheadTerms extends Omit<AheadSetup, "slots" | "port"> {
  readonly worthBytes: number;
}

/** Opens it, off. On a machine with one processor it stays off. */
export function openAhead({ worthBytes, ...terms }: AheadTerms): Ahead {
  let running: Running | null = null;
  let failed = worthBytes === 0 || availableParallelism() < 2;
  let chainsMade = 0;
  const end = () => {
    const ended = running;
    running = null;
    ended?.port.close();
    void ended?.thread.terminate();
  };
  const fail = () => {
    failed = true;
    end();
  };
  const drop = (inode: string) => {
    const chain = running?.chains.get(inode);
    if (running === null || chain === undefined) return;
    running.chains.delete(inode);
    for (const slot of chain.slots) forget(running, slot);
  };
  return {
    ask(place) {
      if (running === null) return;
      receive(running);
      throwAway(running);
      const { chains } = running;
      const { inode } = place.origin;
      const known = chains.get(inode);
      if (known !== undefined) return extend(running, known, null);
      const chain: Chain = { number: chainsMade++, slots: [], offset: place.offset };
      extend(running, chain, place);
      if (chain.slots.length > 0) chains.set(inode, chain);
    },
    take(inode, offset) {
      const chain = running?.chains.get(inode);
      const slot = chain?.slots[0];
      if (running === null || chain === undefined || slot === undefined) return null;
      const { slots, learned } = running;
      // Another sink is behind this one.
      if (offset < chain.offset) return null;
      if (offset > chain.offset) {
        drop(inode);
        return null;
      }
      if (!awaited(running, slot)) {
        fail();
        return null;
      }
      receive(running);
      const run = learned.get(slot) ?? null;
      learned.delete(slot);
      chain.slots.shift();
      Atomics.store(slots, slot, slotState.free);
      if (run === null) drop(inode);
      else chain.offset += run.bytes.length;
      return run;
    },
    drop,
    weigh(backlogBytes) {
      if (running === null && !failed && backlogBytes >= worthBytes) {
        const started = start(terms, () => {
          if (running === started) fail();
        });
        running = started;
      } else if (running !== null && backlogBytes < doneShare * worthBytes) end();
    },
    close: end,
  };
}
