import {
  appendFileSync,
  closeSync,
  copyFileSync,
  existsSync,
  ftruncateSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
  writeSync,
} from "node:fs";
import { join } from "node:path";
import { gzipSync, zstdCompressSync } from "node:zlib";
import fc from "fast-check";
import type { EngineEvent } from "../../../src/engine/events.ts";
import { openLearnMemory } from "../../../src/engine/learning/learn-memory.ts";
import type { Batch } from "../../../src/engine/telemetry/batch.ts";
import type { Cursor } from "../../../src/engine/telemetry/cursor.ts";
import { openDescriptors } from "../../../src/engine/telemetry/descriptors.ts";
import { coveredBy, discoverAll } from "../../../src/engine/telemetry/sources.ts";
import type { Follower, FollowOptions } from "../../../src/engine/telemetry/tail.ts";

/** One thing that happens to two logs or to the learner that follows them. */
export type Step =
  | { readonly kind: "append" | "rewrite" | "recreate"; readonly log: number; readonly lines: Lines }
  | { readonly kind: "rotate"; readonly log: number; readonly into: Into; readonly anew: boolean }
  | { readonly kind: "compress"; readonly log: number; readonly ending: Ending; readonly remove: boolean }
  | { readonly kind: "copy"; readonly log: number; readonly ending: Ending | null }
  | { readonly kind: "packtruncate"; readonly log: number; readonly ending: Ending }
  | { readonly kind: "begin" | "finish" | "copytruncate" | "remove"; readonly log: number }
  | { readonly kind: "poll" | "lose"; readonly events: number }
  | { readonly kind: "glance"; readonly events: number; readonly batches: number }
  | { readonly kind: "stop" | "start" | "twins" };

/** How a log is rotated: numbered or dated beside itself, or by us. */
type Into = "beside" | "dated" | "archive";
type Ending = ".gz" | ".zst";

/** Lines to write: how many, whether the same header comes first, whether they all end alike. */
export interface Lines {
  readonly count: number;
  readonly header: boolean;
  readonly padded: boolean;
}

const lines = fc.record({ count: fc.integer({ min: 0, max: 4 }), header: fc.boolean(), padded: fc.boolean() });
const log = fc.constantFrom(0, 0, 0, 1);
const events = fc.constantFrom(1, 2, 500);
const ending = fc.constantFrom(".gz" as const, ".zst" as const);

/** Any step, the usual ones more often. */
export const anyStep: fc.Arbitrary<Step> = fc.oneof(
  { weight: 6, arbitrary: fc.record({ kind: fc.constant("append" as const), log, lines }) },
  { weight: 5, arbitrary: fc.record({ kind: fc.constant("poll" as const), events }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constantFrom("begin" as const, "finish" as const), log }) },
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constant("rotate" as const),
      log,
      into: fc.constantFrom("beside" as const, "dated" as const, "archive" as const),
      anew: fc.boolean(),
    }),
  },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant("copytruncate" as const), log }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constantFrom("rewrite" as const, "recreate" as const), log, lines }) },
  {
    weight: 2,
    arbitrary: fc.record({ kind: fc.constant("compress" as const), log, ending, remove: fc.boolean() }),
  },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant("packtruncate" as const), log, ending }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("remove" as const), log }) },
  {
    weight: 4,
    arbitrary: fc.record({ kind: fc.constant("glance" as const), events, batches: fc.integer({ min: 0, max: 2 }) }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("lose" as const), events }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constantFrom("stop" as const, "start" as const) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("twins" as const) }) },
);

interface Content {
  /** Ids of whole lines; headers have none. */
  ids: number[];
  /** A line begun and not ended. */
  open: { readonly id: number; readonly rest: string } | null;
  /** Whether the follower that runs now took lines from it, so that it holds it open. */
  held: boolean;
}

function headerOf(long: boolean): string {
  return `{"event":"session","note":"the same in every file${long ? "x".repeat(1100) : ""}"}\n`;
}

const stem = (index: number) => `log${index}-events`;

function lineOf(id: number, padChars: number): string {
  return `{"event":"task_completed","task_id":${id}${padChars > 0 ? `,"pad":"${"x".repeat(padChars)}"` : ""}}\n`;
}

function idsOf(batch: Batch): number[] {
  return batch.tasks.flatMap(({ task_id: id }) => (typeof id === "number" ? [id] : []));
}

/** What a run of steps is like from beginning to end. */
export interface Terms {
  readonly openFilesMax: number;
  /**
   * Whether headers fill the kilobyte that files are known by, so that only the bytes before a place tell them apart;
   * if not, lines may end in so many equal bytes that only the head does.
   */
  readonly longHeads: boolean;
}

const usual: Terms = { openFilesMax: 64, longHeads: false };

/** What opens a follower. */
export type OpenFollower = (options: FollowOptions) => Follower;

/**
 * Does the steps on real files and with a real follower, and beside it keeps what must come of them. Returns what went
 * wrong, or null: no line twice, no unknown line, and after every poll every whole line that a file in reach has.
 * With fewer files open than there are logs, a removed file may have been closed before: its lines may be lost.
 */
export async function play(steps: readonly Step[], parent: string, open: OpenFollower, terms: Terms = usual) {
  const directory = mkdtempSync(join(parent, "m-"));
  try {
    return await new World(directory, open, terms).play(steps);
  } finally {
    rmSync(directory, { recursive: true });
  }
}

class World {
  readonly #directory: string;
  readonly #open: OpenFollower;
  readonly #terms: Terms;
  readonly #patterns: readonly string[];
  /** Every named file that is not compressed. */
  readonly #files = new Map<string, Content>();
  /** Ids of whole lines in every compressed file. */
  readonly #packed = new Map<string, readonly number[]>();
  readonly #cursors = new Map<string, string>();
  readonly #taken = new Set<number>();
  readonly #said: EngineEvent[] = [];
  /** Lines of removed files that the running follower holds open. */
  #orphans: number[] = [];
  #follower: Follower | null = null;
  #nextId = 100;
  #stamp = 0;

  constructor(directory: string, open: OpenFollower, terms: Terms) {
    this.#directory = directory;
    this.#open = open;
    this.#terms = terms;
    this.#patterns = [join(directory, "*-events.jsonl")];
    mkdirSync(join(directory, "archive"));
  }

  async play(steps: readonly Step[]): Promise<string | null> {
    try {
      for (const [index, step] of steps.entries()) {
        const wrong = await this.#do(step);
        if (wrong !== null) return `step ${index} (${step.kind}): ${wrong}`;
      }
      for (const one of [0, 1]) this.#write(this.#live(one), []);
      this.#start();
      const wrong = (await this.#poll(500)) ?? (await this.#restartAndPoll());
      return wrong === null ? null : `at the end: ${wrong}`;
    } finally {
      this.#follower?.close();
    }
  }

  async #restartAndPoll(): Promise<string | null> {
    this.#stop();
    this.#start();
    return this.#poll(500);
  }

  #live(index: number): string {
    return join(this.#directory, `${stem(index)}.jsonl`);
  }

  async #do(step: Step): Promise<string | null> {
    switch (step.kind) {
      case "append":
        this.#finish(this.#live(step.log));
        this.#write(this.#live(step.log), this.#make(step.lines, !this.#files.has(this.#live(step.log))));
        break;
      case "twins":
        for (const one of [0, 1]) {
          if (!this.#files.has(this.#live(one)))
            this.#write(this.#live(one), this.#make({ count: 1, header: true, padded: false }, true));
        }
        break;
      case "begin":
        this.#begin(this.#live(step.log));
        break;
      case "finish":
        // What is compressed is no longer written to.
        for (const path of this.#files.keys()) {
          if (path.includes(stem(step.log)) && !this.#isPacked(path)) this.#finish(path);
        }
        break;
      case "rotate":
        this.#rotate(step.log, step.into);
        if (step.anew) this.#write(this.#live(step.log), []);
        break;
      case "copytruncate":
        this.#copyTruncate(step.log);
        break;
      case "rewrite":
        this.#rewrite(this.#live(step.log), this.#make(step.lines, true));
        break;
      case "recreate":
        this.#remove(this.#live(step.log));
        this.#write(this.#live(step.log), this.#make(step.lines, true));
        break;
      case "compress":
        this.#compress(step.log, step.ending, step.remove);
        break;
      case "copy":
        this.#copy(this.#live(step.log), step.ending);
        break;
      case "packtruncate":
        this.#packTruncate(step.log, step.ending);
        break;
      case "remove":
        this.#remove(this.#rotated(step.log).at(-1) ?? this.#live(step.log));
        break;
      case "poll":
        return this.#poll(step.events);
      case "glance":
        return this.#glance(step.events, step.batches);
      case "lose":
        this.#follower?.refresh();
        await this.#follower?.unpack(50);
        this.#follower?.next(step.events);
        this.#stop();
        break;
      case "stop":
        this.#stop();
        break;
      case "start":
        this.#start();
        break;
    }
    return null;
  }

  #make({ count, header: headed, padded }: Lines, first: boolean) {
    const made: { id: number | null; text: string }[] =
      headed && first ? [{ id: null, text: headerOf(this.#terms.longHeads) }] : [];
    for (let index = 0; index < count; index++) {
      const id = this.#nextId++;
      made.push({ id, text: lineOf(id, padded ? (this.#terms.longHeads ? 40 : 80) : 0) });
    }
    return made;
  }

  #write(path: string, made: readonly { id: number | null; text: string }[]) {
    const content = this.#files.get(path) ?? { ids: [], open: null, held: false };
    this.#files.set(path, content);
    appendFileSync(path, made.map(({ text }) => text).join(""));
    content.ids.push(...made.flatMap(({ id }) => (id === null ? [] : [id])));
  }

  #begin(path: string) {
    this.#write(path, []);
    const content = this.#files.get(path);
    if (!content || content.open) return;
    const id = this.#nextId++;
    const text = lineOf(id, 0);
    const cut = 1 + (id % (text.length - 1));
    appendFileSync(path, text.slice(0, cut));
    content.open = { id, rest: text.slice(cut) };
  }

  #finish(path: string) {
    const content = this.#files.get(path);
    if (!content?.open) return;
    appendFileSync(path, content.open.rest);
    content.ids.push(content.open.id);
    content.open = null;
  }

  #rotated(index: number): string[] {
    return [...this.#dated(index), ...this.#numbered(index).filter((path) => this.#files.has(path))];
  }

  #dated(index: number): string[] {
    return [...this.#files.keys()].filter((path) => path.startsWith(`${this.#live(index)}.2026-`)).toSorted();
  }

  #numbered(index: number): string[] {
    return Array.from({ length: 14 }, (_, n) => `${this.#live(index)}.${n + 1}`);
  }

  #isPacked(path: string): boolean {
    return this.#packed.has(`${path}.gz`) || this.#packed.has(`${path}.zst`);
  }

  #move(from: string, to: string) {
    for (const ending of [".gz", ".zst"]) {
      const ids = this.#packed.get(from + ending);
      if (!ids) continue;
      renameSync(from + ending, to + ending);
      this.#packed.delete(from + ending);
      this.#packed.set(to + ending, ids);
    }
    const content = this.#files.get(from);
    if (!content) return;
    renameSync(from, to);
    this.#files.delete(from);
    this.#files.set(to, content);
  }

  #shift(index: number) {
    for (const path of this.#numbered(index).toReversed()) {
      this.#move(
        path,
        path.replace(/\d+$/, (n) => String(Number(n) + 1)),
      );
    }
  }

  #rotate(index: number, into: Into) {
    const live = this.#live(index);
    if (!this.#files.has(live)) return;
    if (into === "beside") {
      this.#shift(index);
      return this.#move(live, `${live}.1`);
    }
    const seconds = String(this.#stamp % 60).padStart(2, "0");
    if (into === "dated") {
      this.#stamp++;
      return this.#move(live, `${live}.2026-01-01_00-00-${seconds}`);
    }
    const stamp = `20260101T000000.${String(this.#stamp++).padStart(3, "0")}Z`;
    this.#move(live, join(this.#directory, "archive", `${stem(index)}-${stamp}.jsonl`));
  }

  #copyTruncate(index: number) {
    const live = this.#live(index);
    const content = this.#files.get(live);
    if (!content) return;
    this.#shift(index);
    copyFileSync(live, `${live}.1`);
    this.#files.set(`${live}.1`, { ids: [...content.ids], open: null, held: false });
    this.#rewrite(live, []);
  }

  #rewrite(path: string, made: readonly { id: number | null; text: string }[]) {
    const content = this.#files.get(path);
    if (!content) return this.#write(path, made);
    const fd = openSync(path, "r+");
    ftruncateSync(fd, 0);
    writeSync(fd, made.map(({ text }) => text).join(""));
    closeSync(fd);
    content.ids = made.flatMap(({ id }) => (id === null ? [] : [id]));
    content.open = null;
  }

  #remove(path: string) {
    const content = this.#files.get(path);
    if (!content) return;
    if (content.held && this.#follower && this.#terms.openFilesMax > 16) this.#orphans.push(...content.ids);
    rmSync(path);
    this.#files.delete(path);
  }

  #compress(index: number, ending: string, remove: boolean) {
    const path = this.#rotated(index).at(-1);
    if (path === undefined) return;
    this.#pack(path, path + ending);
    if (remove) this.#remove(path);
  }

  #pack(from: string, to: string) {
    const bytes = readFileSync(from);
    writeFileSync(to, to.endsWith(".gz") ? gzipSync(bytes) : zstdCompressSync(bytes));
    this.#packed.set(to, [...(this.#files.get(from)?.ids ?? [])]);
  }

  // The first half of a copytruncate: what is written before the second half is not in the copy.
  #copy(live: string, ending: Ending | null) {
    if (ending !== null) return this.#pack(live, `${live}.1${ending}`);
    copyFileSync(live, `${live}.1`);
    this.#files.set(`${live}.1`, { ids: [...(this.#files.get(live)?.ids ?? [])], open: null, held: false });
  }

  #packTruncate(index: number, ending: Ending) {
    const live = this.#live(index);
    if (!this.#files.has(live)) return;
    this.#shift(index);
    this.#pack(live, `${live}.1${ending}`);
    this.#rewrite(live, []);
  }

  #start() {
    if (this.#follower) return;
    this.#orphans = [];
    for (const content of this.#files.values()) content.held = false;
    this.#follower = this.#open({
      sink: "model",
      cursors: [...this.#cursors.values()].map((text): Cursor => JSON.parse(text)),
      discover: () => discoverAll(this.#patterns),
      covers: coveredBy(this.#patterns),
      memory: openLearnMemory(1, 4096),
      descriptors: openDescriptors(this.#terms.openFilesMax),
      maxLineBytes: 4096,
      unended: false,
      turnIdleMs: 60_000,
      emit: (event) => this.#said.push(event),
    });
  }

  #stop() {
    this.#follower?.close();
    this.#follower = null;
    this.#orphans = [];
  }

  #take(batch: Batch): string | null {
    for (const cursor of batch.cursors) this.#cursors.set(cursor.inode, JSON.stringify(cursor));
    for (const id of idsOf(batch)) {
      if (this.#taken.has(id)) return `line ${id} was delivered twice`;
      if (id >= this.#nextId) return `line ${id} was never written`;
      this.#taken.add(id);
      for (const content of this.#files.values()) if (content.ids.includes(id)) content.held = true;
    }
    return null;
  }

  async #glance(events: number, batches: number): Promise<string | null> {
    this.#follower?.refresh();
    for (let index = 0; index < batches; index++) {
      await this.#follower?.unpack(50);
      const batch = this.#follower?.next(events) ?? null;
      const wrong = batch === null ? null : this.#take(batch);
      if (wrong !== null) return wrong;
    }
    return null;
  }

  async #poll(events: number): Promise<string | null> {
    const follower = this.#follower;
    if (!follower) return null;
    follower.refresh();
    for (let turns = 0; ; turns++) {
      const more = await follower.unpack(50);
      const batch = follower.next(events);
      if (batch === null && !more) break;
      const wrong = batch === null ? null : this.#take(batch);
      if (wrong !== null) return wrong;
      if (turns > 1000) return "it never came to an end";
    }
    const missing = [...this.#inReach(), ...this.#orphans].filter((id) => !this.#taken.has(id));
    this.#orphans = [];
    return missing.length === 0 ? null : `lines ${missing} were not delivered; said ${JSON.stringify(this.#said)}`;
  }

  #inReach(): number[] {
    const each = [...[...this.#files].map(([path, { ids }]) => ({ path, ids })), ...this.#packedOnes()];
    return each.flatMap(({ path, ids }) =>
      existsSync(join(this.#directory, `${/log\d-events/.exec(path)?.[0]}.jsonl`)) ? ids : [],
    );
  }

  #packedOnes(): { path: string; ids: readonly number[] }[] {
    return [...this.#packed].map(([path, ids]) => ({ path, ids }));
  }
}
