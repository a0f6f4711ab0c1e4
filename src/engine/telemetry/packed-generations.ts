import { errnoOf } from "../errors.ts";
import type { Emit } from "../events.ts";
import { noTurns } from "../learning/formats/dialect.ts";
import type { LearnMemory } from "../learning/learn-memory.ts";
import type { Cursor, Place } from "./cursor.ts";
import { followedFrom } from "./followed.ts";
import { inodeKey } from "./identity.ts";
import { lookAt } from "./odd-file.ts";
import { type Entry, made, samePacked, type UnderReading, type UnderSurvey } from "./packed-entry.ts";
import {
  openPackedLines,
  openSurvey,
  type PackedLines,
  type PackedPrint,
  packedPrint,
  type Survey,
} from "./packed-generation.ts";
import { heldBy, isStale, isTaken, type Origins, placeIn } from "./packed-origin.ts";
import type { FoundFile } from "./sources.ts";
import { openUnpacking, type Unpacking } from "./unpacking.ts";

/*
 * Compressed generations of followed logs.
 *
 *   new ──survey──▶ held ⇄ new       a plain file still has all that it holds, and gives it
 *                 ├▶ reading ─▶ done  its content from the place where somebody left it, or from its start
 *                 └▶ done             all of it was taken while it was plain
 *
 * The rule. A compressed generation of a followed log is treated as a plain one is: what it holds and nobody took is
 * read, whenever it appeared. Its content is known by what was saved of the plain file: the bytes at its beginning and
 * before the place. Of all places whose bytes it has, the furthest counts; where none fits, it is read from its start,
 * once. A plain file of the same name beside it, or any followed file that has all of it, gives the lines instead.
 *
 * Its own place is saved under its own inode, with the offset in its content, and with what the compressed file looks
 * like: a file that is finished and looks so is not opened again, at no later start. Archives that aistack made
 * (`archive/*.jsonl.zst`) are not looked at: they were compressed because every sink had taken them.
 *
 * A survey and a reading go through the content from its start, as a stream, one generation at a time; a place is
 * sought by decompressing up to it. A damaged file gives its whole lines up to the damage, and is named.
 *
 * What it cannot do: tell that a generation was taken when the place of its plain file is no longer saved, because the
 * inode was used again before the compressed file was seen. Then it is read again, and its lessons, which are known by
 * their words, are not kept twice.
 */

/** What compressed generations need of the follower that they belong to. */
export interface PackedOptions extends Origins {
  readonly sink: string;
  readonly saved: ReadonlyMap<string, Cursor>;
  /** Content that was thought to be lost goes on in a compressed generation. */
  readonly found: (place: Place) => void;
  readonly foundWhole: (log: string) => void;
  readonly sayUnreadable: (file: string, why: string) => void;
  readonly memory: LearnMemory;
  readonly maxLineBytes: number;
  readonly unended: boolean;
  readonly emit: Emit;
}

/** The compressed generations that one follower knows. */
export interface PackedGenerations {
  /** Takes note of those that are there now. */
  see(found: readonly FoundFile[]): void;
  /** Whether one of the log that a file is named after was not looked through yet. */
  undecided(file: string): boolean;
  /** Goes on with them until lines are ready, nothing is left to do or the time is over; says whether more is to do. */
  work(withinMs: number): Promise<boolean>;
  close(): void;
}

/** A compressed file that changes is looked through again after this many times as long as that took. */
const againAfter = 10;

/** Opens the compressed generations of a follower. */
export function openPackedGenerations(options: PackedOptions): PackedGenerations {
  return new Generations(options);
}

class Generations implements PackedGenerations {
  readonly #options: PackedOptions;
  readonly #entries = new Map<string, Entry>();
  /** A name was another file's, or nobody's, when it was looked at: rotation moves names on. */
  #isMissed = false;
  #surveying: UnderSurvey | null = null;
  #reading: UnderReading | null = null;

  constructor(options: PackedOptions) {
    this.#options = options;
  }

  see(found: readonly FoundFile[]): void {
    const plain = new Set(found.map(({ file }) => file));
    for (const entry of this.#entries.values()) entry.seen = false;
    this.#isMissed = false;
    for (const one of found) {
      if (one.packed === null) continue;
      if (one.packed !== "gzip" && one.packed !== "zstd") continue;
      if (one.rotatedFrom !== null) this.#meet(one.file, one.rotatedFrom, one.packed, plain.has(one.plain));
    }
    for (const entry of [...this.#entries.values()]) {
      const followed = this.#options.files.get(entry.inode);
      if (followed?.packed && (entry.seen || this.#reading?.entry === entry)) followed.seen = true;
      if (!entry.seen && this.#reading?.entry !== entry) this.#forget(entry);
    }
  }

  #meet(file: string, log: string, compression: "gzip" | "zstd", isBeside: boolean): void {
    const look = lookAt(file);
    if (look.kind === "odd") this.#options.sayUnreadable(file, look.why);
    if (look.kind === "nothing") this.#isMissed = true;
    if (look.kind !== "file") return;
    const inode = inodeKey(look.stat);
    const known = this.#entries.get(inode);
    const { size, mtimeMs, ctimeMs } = look.stat;
    const times = `${size} ${mtimeMs} ${ctimeMs}`;
    try {
      const print = known?.times === times ? known.print : packedPrint(file, inode);
      if (print === null) {
        if (known) Object.assign(known, { seen: true, isMoved: true });
        this.#isMissed = true;
        return;
      }
      if (known && known.log === log && (samePacked(known.print, print) || this.#reading?.entry === known)) {
        Object.assign(known, { file, times, seen: true, unseen: 0, isMoved: false });
        const followed = this.#options.files.get(inode);
        // Lines are handed out under the name that they were read under.
        if (followed?.packed && this.#reading?.entry !== known) followed.file = file;
        this.#lookAgain(known);
        return;
      }
      this.#forgetSurvey(inode);
      // While the plain file is there it is read, and the compressed one may not be whole yet.
      if (isBeside) this.#entries.delete(inode);
      else
        this.#entries.set(
          inode,
          made({
            inode,
            log,
            compression,
            file,
            times,
            print,
            changedAtMs: mtimeMs,
            ...this.#start(known, inode, print),
          }),
        );
    } catch (error) {
      if (errnoOf(error) !== "ENOENT") this.#options.sayUnreadable(file, errnoOf(error));
    }
  }

  // What is finished and looks so is done; what grows, because it is still written, is not looked at all the time.
  #start(known: Entry | undefined, inode: string, print: PackedPrint): Pick<Entry, "state" | "notBefore"> {
    const saved = this.#options.saved.get(inode)?.packed;
    if (saved?.finished && samePacked(saved, print)) return { state: "done", notBefore: 0 };
    const grows = known !== undefined && known.survey?.damage != null && known.print.headHash === print.headHash;
    return { state: "new", notBefore: grows ? performance.now() + againAfter * known.surveyMs : 0 };
  }

  #lookAgain(entry: Entry): void {
    if (entry.state !== "held" || !entry.survey || heldBy(this.#options, entry.log, entry.survey, { taken: false }))
      return;
    if (entry.survey.damage === null && heldBy(this.#options, entry.log, entry.survey, { taken: true }))
      this.#decide(entry, entry.survey);
    else entry.state = "new";
  }

  #forgetSurvey(inode: string): void {
    if (this.#surveying?.entry.inode !== inode) return;
    this.#surveying.survey.close();
    this.#surveying = null;
  }

  // Names that are moved on may all be missed once.
  #forget(entry: Entry): void {
    if (entry.unseen++ === 0) {
      this.#isMissed = true;
      return;
    }
    this.#forgetSurvey(entry.inode);
    this.#entries.delete(entry.inode);
    if (entry.state !== "new") return;
    const { sink, emit } = this.#options;
    emit({ type: "file.gone", sink, file: entry.file, unreadBytes: entry.print.bytes });
  }

  undecided(file: string): boolean {
    for (const { state, log, notBefore } of this.#entries.values()) {
      if (state !== "new" || notBefore > performance.now()) continue;
      if (this.#options.isNamedAfter(file, log)) return true;
    }
    return false;
  }

  async work(withinMs: number): Promise<boolean> {
    const until = performance.now() + withinMs;
    for (;;) {
      const { files } = this.#options;
      if (this.#reading !== null) {
        if (await this.#read(this.#reading)) return true;
      } else if (this.#surveying !== null) {
        await this.#survey(this.#surveying);
      } else if (!this.#begin()) {
        this.#sayDamage();
        if (this.#isMissed || [...this.#entries.values()].some((one) => one.state === "new" && one.isMoved))
          return true;
        return [...files.values()].some(({ packed, adopted }) => packed !== null && adopted);
      }
      if (performance.now() >= until) return true;
    }
  }

  #begin(): boolean {
    const now = performance.now();
    for (const entry of this.#entries.values()) {
      if (entry.state !== "new" || entry.isMoved || entry.notBefore > now) continue;
      const unpacking = this.#open(entry);
      if (unpacking === null) continue;
      const offsets = this.#options.places(entry.log).map(({ offset }) => offset);
      this.#surveying = { entry, survey: openSurvey(unpacking, offsets), spentMs: 0 };
      return true;
    }
    return false;
  }

  // What was moved on meanwhile is found under its new name by the next look.
  #open(entry: Entry): Unpacking | null {
    try {
      const unpacking = openUnpacking(entry.file, entry.inode, entry.compression);
      entry.isMoved = unpacking === null;
      return unpacking;
    } catch (error) {
      entry.isMoved = errnoOf(error) === "ENOENT";
      entry.notBefore = entry.isMoved ? 0 : performance.now() + unreadableMs;
      if (!entry.isMoved) this.#options.sayUnreadable(entry.file, errnoOf(error));
      return null;
    }
  }

  async #survey(surveying: UnderSurvey): Promise<void> {
    const { entry } = surveying;
    const started = performance.now();
    const survey = await surveying.survey.step();
    surveying.spentMs += performance.now() - started;
    if (survey === null || this.#surveying !== surveying) return;
    surveying.survey.close();
    this.#surveying = null;
    Object.assign(entry, { survey, surveyMs: surveying.spentMs });
    this.#decide(entry, survey);
  }

  #decide(entry: Entry, survey: Survey): void {
    if (heldBy(this.#options, entry.log, survey, { taken: false })) {
      entry.state = "held";
      return;
    }
    if (isStale(this.#options, entry.log, survey)) {
      entry.state = "new";
      return;
    }
    const { log } = entry;
    const isWhole = survey.damage === null;
    const holder =
      isWhole && (heldBy(this.#options, log, survey, { taken: true }) ?? isTaken(this.#options, log, survey));
    const place = holder ? { ...survey, offset: survey.bytes, turns: noTurns } : this.#placeIn(entry, survey);
    const { files, sink, emit } = this.#options;
    const followed = followedFrom(entry.inode, entry.file, entry.log);
    const finished = place !== null && place.offset === survey.bytes;
    const packed = { ...entry.print, finished };
    Object.assign(followed, { size: survey.bytes, packed, adopted: finished });
    if (place) {
      Object.assign(followed, { offset: place.offset, print: place.print, turns: place.turns, adopted: true });
    }
    if (finished) {
      files.set(entry.inode, followed);
      entry.state = "done";
      return;
    }
    const unpacking = this.#open(entry);
    entry.state = unpacking === null ? "new" : "reading";
    if (unpacking === null) return;
    files.set(entry.inode, followed);
    emit({ type: "file.found", sink, file: entry.file, bytes: survey.bytes - followed.offset });
    const lines = openPackedLines(unpacking, { ...this.#options, ...entry, offset: followed.offset });
    this.#reading = { entry, followed, lines };
  }

  #placeIn(entry: Entry, survey: Survey): Place | null {
    const place = placeIn(this.#options, entry.log, survey);
    if (place) this.#options.found(place);
    else this.#options.foundWhole(entry.log);
    return place;
  }

  // Makes lines ready; true when they wait to be handed out.
  async #read({ entry, followed, lines }: UnderReading): Promise<boolean> {
    if (followed.readyAt < followed.ready.length) return true;
    let run: Awaited<ReturnType<PackedLines["next"]>>;
    try {
      run = await lines.next(followed.turns);
    } catch (error) {
      this.#options.sayUnreadable(entry.file, errnoOf(error));
      run = null;
    }
    if (run === "more") return false;
    if (run !== null) {
      Object.assign(followed, { ready: run.lines, readyAt: 0, read: run.read });
      return run.lines.length > 0;
    }
    lines.close();
    this.#reading = null;
    entry.state = "done";
    Object.assign(followed, { packed: { ...entry.print, finished: true }, adopted: true });
    return false;
  }

  // A file that was changed just now may still be written.
  #sayDamage(): void {
    const { unended, sayUnreadable } = this.#options;
    for (const entry of this.#entries.values()) {
      const { survey, state, damageSaid } = entry;
      if (survey === null || survey.damage === null || damageSaid || state !== "done") continue;
      if (!unended && Date.now() - entry.changedAtMs < quietMs) continue;
      sayUnreadable(entry.file, `after ${survey.bytes} bytes of its content it is damaged: ${survey.damage}`);
      entry.damageSaid = true;
    }
  }

  close(): void {
    this.#surveying?.survey.close();
    this.#reading?.lines.close();
    this.#surveying = null;
    this.#reading = null;
  }
}

/** What cannot be opened is tried again after so long. */
const unreadableMs = 5000;
/** A file that was not changed for so long is taken to be written to its end. */
const quietMs = 60_000;
