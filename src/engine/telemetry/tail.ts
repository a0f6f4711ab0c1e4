import { fstatSync } from "node:fs";
import { basename, parse } from "node:path";
import { errnoOf } from "../errors.ts";
import type { Emit } from "../events.ts";
import type { LearnMemory } from "../learning/learn-memory.ts";
import { addLine, type Batch, emptyBatch, type OpenBatch } from "./batch.ts";
import type { Cursor, Place } from "./cursor.ts";
import type { Descriptors } from "./descriptors.ts";
import {
  advance,
  cursorOf,
  type Followed,
  fill,
  followedFrom,
  forgetStale,
  openFollowed,
  release,
  restart,
} from "./followed.ts";
import { type Fingerprint, inodeKey, relate } from "./identity.ts";
import { openLosses } from "./losses.ts";
import { findInode } from "./lost.ts";
import { lookAt } from "./odd-file.ts";
import { openPackedGenerations } from "./packed-generations.ts";
import { sayUnreadablePackings } from "./packings.ts";
import { adopt, type CopyWorld } from "./plain-copy.ts";
import type { RecentPlace } from "./recent.ts";
import { hasUndecided, isQuiet, settleTurns } from "./settled.ts";
import type { FoundFile } from "./sources.ts";

/** Places remembered of content that was cut from under the follower; a copy of it may turn up beside. */
const leftPlacesMax = 1000;
/** Time stamps of files are coarse: one younger than this may stand for two changes. */
const coarseMs = 100;

/** What a follower needs: its sink's name and cursors, where files are found, and who learns from lines. */
export interface FollowOptions {
  readonly sink: string;
  readonly cursors: readonly Cursor[];
  readonly discover: () => readonly FoundFile[];
  /** Whether a name belongs to what is followed here, so that its file is looked for when it was renamed. */
  readonly covers: (file: string) => boolean;
  readonly memory: LearnMemory;
  /** Files open for reading; one that is open is still read after it was renamed or removed. */
  readonly descriptors: Descriptors;
  readonly maxLineBytes: number;
  /** Whether a last line without its end is taken when it is a whole JSON object. */
  readonly unended: boolean;
  /** After how long without a new line a turn is decided as it stands; null decides every turn that nothing follows now. */
  readonly turnIdleMs: number | null;
  readonly emit: Emit;
}

/** Follows all files of one sink, in whole lines, each exactly once. */
export interface Follower {
  /** Looks which files there are now; call it before reading and then every so often. */
  refresh(): void;
  /**
   * Goes on with compressed generations until some of their lines are ready or that many milliseconds are over; whether
   * more is to be done. Call it after `refresh` and before `next`.
   */
  unpack(withinMs: number): Promise<boolean>;
  /**
   * The next events, at most `events` unless one line has more, or fewer when that many milliseconds are over; null when
   * nothing waits.
   */
  next(events: number, withinMs?: number): Batch | null;
  /** Bytes that wait, over all files, by the sizes last seen. */
  lagBytes(): number;
  files(): readonly { readonly file: string; readonly lagBytes: number; readonly bytes: number }[];
  close(): void;
}

function isNamedAfter(file: string, log: string): boolean {
  return basename(file).startsWith(parse(log).name);
}

/** Opens a follower at the places its cursors name. Unreadable files are said and tried again later. */
export function openFollower(options: FollowOptions): Follower {
  const { emit, sink, descriptors, turnIdleMs } = options;
  const files = new Map<string, Followed>();
  const saved = new Map(options.cursors.map((cursor) => [cursor.inode, cursor]));
  const unreadable = new Map<string, string>();
  const losses = openLosses(sink, emit);
  let left: (Place & RecentPlace)[] = [];
  let turnTo = 0;
  // Files that are gone, whose open turns nothing will follow.
  let leaving: Followed[] = [];

  const sayUnreadable = (file: string, why: string) => {
    if (unreadable.get(file) === why) return;
    unreadable.set(file, why);
    emit({ type: "file.unreadable", file, why });
  };

  const renew = (followed: Followed, why: "replaced" | "truncated" | "rewritten", unreadBytes = 0) => {
    const { file } = followed;
    if (unreadBytes > 0) losses.note(followed, { type: "file.cut", file, unreadBytes });
    if (followed.offset > 0) left = [...left, { ...cursorOf(followed), recent: followed.recent }].slice(-leftPlacesMax);
    restart(followed);
    emit({ type: "file.renewed", sink, file: followed.file, why });
  };

  // What was seen behind the place went away with the rest, and what is there now is another content.
  const renewBroken = (followed: Followed) => {
    renew(followed, "rewritten", followed.size - followed.offset);
    if (followed.fd !== null) followed.size = fstatSync(followed.fd).size;
  };

  // An open file is checked against its cursor once, when it is opened; later every read checks its own start.
  const open = (followed: Followed): boolean => {
    try {
      const relation = openFollowed(followed, descriptors);
      if (relation === "replaced") return false;
      if (relation !== "same") renew(followed, relation);
      unreadable.delete(followed.file);
      return true;
    } catch (error) {
      if (errnoOf(error) !== "ENOENT") sayUnreadable(followed.file, errnoOf(error));
      return false;
    }
  };

  const stillHas = (fd: number, { offset, print }: { offset: number; print: Fingerprint }) =>
    relate(fd, offset, print) === "same";

  // A file of just the size that was taken may still have been written anew.
  const measure = (followed: Followed, { size, mtimeMs }: { size: number; mtimeMs: number }) => {
    const before = followed.size;
    const unreadBytes = before - followed.offset;
    Object.assign(followed, { size, changedAtMs: mtimeMs });
    forgetStale(followed);
    if (size < followed.offset) renew(followed, "truncated", unreadBytes);
    else if (size < before)
      losses.note(followed, { type: "file.cut", file: followed.file, unreadBytes: before - size });
    if (size !== followed.offset || followed.offset === 0 || followed.checkedMtimeMs === mtimeMs) return;
    const wasOpen = followed.fd !== null;
    if (open(followed) && followed.fd !== null && wasOpen && !stillHas(followed.fd, followed)) {
      renew(followed, "rewritten");
    }
    if (!wasOpen && files.size > descriptors.max) descriptors.close(followed);
    followed.checkedMtimeMs = Date.now() - mtimeMs > coarseMs ? mtimeMs : -1;
  };

  const meet = ({ file, rotatedFrom }: FoundFile) => {
    const look = lookAt(file);
    if (look.kind === "nothing") return;
    if (look.kind === "odd") return sayUnreadable(file, look.why);
    const { stat } = look;
    const inode = inodeKey(stat);
    // A compressed file that had this inode is gone.
    const packed = files.get(inode);
    if (packed?.packed) saved.set(inode, cursorOf(packed));
    const met = packed?.packed ? undefined : packed;
    const known = met ? undefined : saved.get(inode);
    const cursor = known?.packed ? undefined : known;
    const followed = met ?? followedFrom(inode, file, rotatedFrom, cursor);
    const before = met === undefined ? cursor?.file : met.fd === null ? met.file : undefined;
    // Under its old name its content may be found again, should its inode be another file's now.
    if (met && met.fd === null && met.file !== file && met.offset > 0) saved.set(inode, cursorOf(met));
    Object.assign(followed, { file, rotatedFrom, seen: true });
    measure(followed, stat);
    if (cursor && followed.size !== followed.offset) open(followed);
    files.set(inode, followed);
    // A copy may have the number of another log that is gone, and begin as that one did.
    const isOther = before !== undefined && rotatedFrom !== null && !isNamedAfter(before, rotatedFrom);
    if (rotatedFrom !== null && (followed.offset === 0 || isOther) && adopt(world, followed, rotatedFrom) === "leave") {
      descriptors.close(followed);
      files.delete(inode);
    } else if (!met) {
      if (rotatedFrom !== null && followed.offset === 0) losses.foundWhole(rotatedFrom);
      emit({ type: "file.found", sink, file, bytes: stat.size });
    }
  };

  const settleUnseen = () => {
    for (const followed of files.values()) {
      if (followed.seen) continue;
      const elsewhere = followed.fd === null ? findInode(followed.file, followed.inode) : null;
      if (elsewhere) Object.assign(followed, { file: elsewhere.file, size: elsewhere.size, seen: true });
      else if (followed.fd !== null) measure(followed, fstatSync(followed.fd));
      const unreadBytes = Math.max(0, followed.size - followed.offset);
      const linked = followed.fd !== null && fstatSync(followed.fd).nlink > 0;
      if (elsewhere || linked || (followed.fd !== null && unreadBytes > 0 && hasLines(followed))) continue;
      if (followed.fd !== null && generations.undecided(followed.file)) continue;
      descriptors.close(followed);
      files.delete(followed.inode);
      if (hasUndecided(followed)) leaving.push(followed);
      saved.set(followed.inode, cursorOf(followed));
      if (unreadBytes > 0) losses.note(followed, { type: "file.gone", file: followed.file, unreadBytes });
      else emit({ type: "file.gone", sink, file: followed.file, unreadBytes });
    }
  };

  const hasLines = (followed: Followed): boolean => {
    const state = fill(followed, options);
    if (state !== "broken") return state === "ready";
    renewBroken(followed);
    return fill(followed, options) === "ready";
  };

  // Cursors of files that no name leads to any more: renamed while nobody looked.
  const seekRenamed = (first: boolean) => {
    if (!first) return;
    for (const cursor of saved.values()) {
      if (cursor.packed || files.has(cursor.inode) || !options.covers(cursor.file)) continue;
      const elsewhere = findInode(cursor.file, cursor.inode);
      if (!elsewhere || elsewhere.size <= cursor.offset) continue;
      const followed = followedFrom(cursor.inode, elsewhere.file, null, cursor);
      followed.size = elsewhere.size;
      if (open(followed) && followed.offset === cursor.offset) files.set(cursor.inode, followed);
      else descriptors.close(followed);
    }
  };

  let first = true;
  const refresh = () => {
    losses.looked();
    for (const followed of files.values()) followed.seen = false;
    const found = options.discover();
    const plain = found.filter(({ packed }) => packed === null);
    for (const one of plain) if (one.rotatedFrom === null) meet(one);
    for (const one of plain) if (one.rotatedFrom !== null) meet(one);
    generations.see(found);
    settleUnseen();
    seekRenamed(first);
    first = false;
    sayUnreadablePackings(found, sayUnreadable);
  };

  const world: CopyWorld = {
    files,
    saved,
    left: () => left,
    places: (log) =>
      [...left, ...[...files.values()].map(cursorOf), ...saved.values()].filter(
        ({ file, offset }) => offset > 0 && isNamedAfter(file, log),
      ),
    opened: (followed) => (open(followed) ? followed.fd : null),
    isNamedAfter,
    found: losses.found,
  };
  const { foundWhole } = losses;
  const generations = openPackedGenerations({ ...options, ...world, foundWhole, sayUnreadable });

  const takeFrom = (followed: Followed, batch: OpenBatch, events: number, until: number) => {
    const full = () => batch.events >= events;
    let last = null;
    while (!full() && !(last && performance.now() > until)) {
      if (!open(followed)) break;
      const state = fill(followed, options);
      if (state === "broken") {
        renewBroken(followed);
        last = null;
        continue;
      }
      if (state === "wait") break;
      for (; followed.readyAt < followed.ready.length && !full(); followed.readyAt++) {
        const line = followed.ready[followed.readyAt];
        if (!line) break;
        addLine(batch, line, followed.file, followed.inode);
        last = line;
      }
      if (last) advance(followed, last);
      if (followed.readyAt >= followed.ready.length) release(followed);
    }
    if (last) batch.cursors.push(cursorOf(followed));
  };

  // What is to be read comes first: it may be what decides.
  const settleQuiet = (batch: OpenBatch, events: number) => {
    const room = Math.max(0, events - batch.cursors.length);
    const quiet = [...leaving, ...[...files.values()].filter((one) => isQuiet(one, turnIdleMs))].slice(0, room);
    leaving = leaving.slice(room);
    for (const followed of quiet) {
      settleTurns(batch, followed, options.memory.aliases);
      saved.set(followed.inode, cursorOf(followed));
    }
  };

  return {
    refresh,
    async unpack(withinMs) {
      const more = await generations.work(withinMs);
      if (!more) losses.say();
      return more;
    },
    next(events, withinMs = Number.POSITIVE_INFINITY) {
      const until = performance.now() + withinMs;
      const batch = emptyBatch();
      for (const followed of files.values()) {
        if (followed.adopted) batch.cursors.push(cursorOf(followed));
        followed.adopted = false;
      }
      const waiting = [...files.values()].filter((one) => one.readyAt < one.ready.length || one.size > one.offset);
      waiting.sort((a, b) => Number(b.rotatedFrom !== null) - Number(a.rotatedFrom !== null));
      for (let index = 0; index < waiting.length && batch.events < events; index++) {
        if (batch.cursors.length > 0 && performance.now() > until) break;
        const followed = waiting[(index + turnTo) % waiting.length];
        if (followed) takeFrom(followed, batch, events, until);
      }
      if (waiting.length > 1 && (batch.events >= events || performance.now() > until))
        turnTo = (turnTo + 1) % waiting.length;
      if (batch.events < events) settleQuiet(batch, events);
      // Lines of a log that was cut behind them come without a place.
      return batch.cursors.length === 0 && batch.events === 0 ? null : batch;
    },
    lagBytes: () => [...files.values()].reduce((sum, one) => sum + Math.max(0, one.size - one.offset), 0),
    files: () =>
      [...files.values()].map(({ file, size, offset }) => ({
        file,
        bytes: size,
        lagBytes: Math.max(0, size - offset),
      })),
    close() {
      losses.sayAll();
      generations.close();
      for (const followed of files.values()) descriptors.close(followed);
    },
  };
}
