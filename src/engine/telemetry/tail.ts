import { fstatSync, statSync } from "node:fs";
import { basename, parse } from "node:path";
import { errnoOf } from "../errors.ts";
import type { Emit } from "../events.ts";
import type { LearnMemory } from "../learning/learn-memory.ts";
import { addLine, type Batch, emptyBatch, type OpenBatch } from "./batch.ts";
import type { Cursor } from "./cursor.ts";
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
import { type Fingerprint, fingerprint, inodeKey, relate } from "./identity.ts";
import { findInode } from "./lost.ts";
import { hasUndecided, settleTurns } from "./settled.ts";
import type { FoundFile } from "./sources.ts";

/** Places remembered of content that was cut from under the follower; a copy of it may turn up beside. */
const leftPlacesMax = 1000;
/** Time stamps of files are coarse: one younger than this may stand for two changes. */
const coarseMs = 100;

/** How far some content was taken, wherever that content is now. */
type Place = Pick<Cursor, "inode" | "file" | "offset" | "print" | "turns">;

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
  let left: Place[] = [];
  let turnTo = 0;
  // Files that are gone, whose open turns nothing will follow.
  let leaving: Followed[] = [];

  const sayUnreadable = (file: string, why: string) => {
    if (unreadable.get(file) === why) return;
    unreadable.set(file, why);
    emit({ type: "file.unreadable", file, why });
  };

  const renew = (followed: Followed, why: "replaced" | "truncated" | "rewritten") => {
    if (followed.offset > 0) left = [...left, cursorOf(followed)].slice(-leftPlacesMax);
    restart(followed);
    emit({ type: "file.renewed", sink, file: followed.file, why });
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

  // A copy beside a log (copytruncate) is read only from where its content was left, and only once the log was cut.
  const adopt = (copy: Followed, log: string): "read" | "leave" => {
    const mayBe = ({ inode, file, offset }: Place) =>
      inode !== copy.inode && offset > copy.offset && offset <= copy.size && isNamedAfter(file, log);
    const followed = [...files.values()].filter(mayBe).map(cursorOf);
    const known: Place[] = [...left.filter(mayBe), ...followed, ...[...saved.values()].filter(mayBe)];
    if (known.length === 0 || !open(copy) || copy.fd === null) return "read";
    const print = fingerprint(copy.fd, copy.size);
    for (const place of known.toSorted((a, b) => b.offset - a.offset)) {
      if (!open(copy) || copy.fd === null) return "read";
      if (relate(copy.fd, place.offset, place.print) !== "same") continue;
      const origin = files.get(place.inode);
      if (origin && open(origin) && origin.fd !== null && stillHas(origin.fd, place)) {
        if (relate(origin.fd, copy.size, print) === "same") return "leave";
        continue;
      }
      Object.assign(copy, { offset: place.offset, print: place.print, turns: place.turns, adopted: true });
      return "read";
    }
    return "read";
  };

  const stillHas = (fd: number, { offset, print }: { offset: number; print: Fingerprint }) =>
    relate(fd, offset, print) === "same";

  // A file of just the size that was taken may still have been written anew.
  const measure = (followed: Followed, { size, mtimeMs }: { size: number; mtimeMs: number }) => {
    followed.size = size;
    followed.mtimeMs = mtimeMs;
    forgetStale(followed);
    if (size < followed.offset) renew(followed, "truncated");
    if (size !== followed.offset || followed.offset === 0 || followed.checkedMtimeMs === mtimeMs) return;
    const wasOpen = followed.fd !== null;
    if (open(followed) && followed.fd !== null && wasOpen && !stillHas(followed.fd, followed)) {
      renew(followed, "rewritten");
    }
    if (!wasOpen && files.size > descriptors.max) descriptors.close(followed);
    followed.checkedMtimeMs = Date.now() - mtimeMs > coarseMs ? mtimeMs : -1;
  };

  const meet = ({ file, rotatedFrom }: FoundFile) => {
    let stat: ReturnType<typeof statSync>;
    try {
      stat = statSync(file);
    } catch (error) {
      if (errnoOf(error) !== "ENOENT") sayUnreadable(file, errnoOf(error));
      return;
    }
    if (!stat?.isFile()) return sayUnreadable(file, "not a regular file");
    const inode = inodeKey(stat);
    const met = files.get(inode);
    const cursor = met ? undefined : saved.get(inode);
    const followed = met ?? followedFrom(inode, file, rotatedFrom, cursor);
    const before = met === undefined ? cursor?.file : met.fd === null ? met.file : undefined;
    Object.assign(followed, { file, rotatedFrom, seen: true });
    measure(followed, stat);
    if (cursor && followed.size !== followed.offset) open(followed);
    files.set(inode, followed);
    // A copy may have the number of another log that is gone, and begin as that one did.
    const isOther = before !== undefined && rotatedFrom !== null && !isNamedAfter(before, rotatedFrom);
    if (rotatedFrom !== null && (followed.offset === 0 || isOther) && adopt(followed, rotatedFrom) === "leave") {
      descriptors.close(followed);
      files.delete(inode);
    } else if (!met) emit({ type: "file.found", sink, file, bytes: stat.size });
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
      descriptors.close(followed);
      files.delete(followed.inode);
      if (hasUndecided(followed)) leaving.push(followed);
      saved.set(followed.inode, cursorOf(followed));
      emit({ type: "file.gone", sink, file: followed.file, unreadBytes });
    }
  };

  const hasLines = (followed: Followed): boolean => {
    const state = fill(followed, options);
    if (state !== "broken") return state === "ready";
    renew(followed, "rewritten");
    return fill(followed, options) === "ready";
  };

  // Cursors of files that no name leads to any more: renamed while nobody looked.
  const seekRenamed = (first: boolean) => {
    if (!first) return;
    for (const cursor of saved.values()) {
      if (files.has(cursor.inode) || !options.covers(cursor.file)) continue;
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
    for (const followed of files.values()) followed.seen = false;
    const found = options.discover();
    for (const one of found) if (one.rotatedFrom === null) meet(one);
    for (const one of found) if (one.rotatedFrom !== null) meet(one);
    settleUnseen();
    seekRenamed(first);
    first = false;
  };

  const takeFrom = (followed: Followed, batch: OpenBatch, events: number, until: number) => {
    const full = () => batch.events >= events;
    let last = null;
    while (!full() && !(last && performance.now() > until)) {
      if (!open(followed)) break;
      const state = fill(followed, options);
      if (state === "broken") {
        renew(followed, "rewritten");
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

  const isQuiet = (followed: Followed): boolean => {
    if (!hasUndecided(followed) || followed.readyAt < followed.ready.length) return false;
    if (turnIdleMs === null) return true;
    const quietMs = Math.max(Date.now() - followed.mtimeMs, performance.now() - followed.movedAt);
    return followed.size <= followed.offset && quietMs >= turnIdleMs;
  };

  // What is to be read comes first: it may be what decides.
  const settleQuiet = (batch: OpenBatch, events: number) => {
    const quiet = [...leaving, ...[...files.values()].filter(isQuiet)];
    leaving = [];
    for (const followed of quiet) {
      if (batch.cursors.length >= events) return;
      settleTurns(batch, followed, options.memory.aliases);
      saved.set(followed.inode, cursorOf(followed));
    }
  };

  return {
    refresh,
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
      return batch.cursors.length === 0 ? null : batch;
    },
    lagBytes: () => [...files.values()].reduce((sum, one) => sum + Math.max(0, one.size - one.offset), 0),
    files: () =>
      [...files.values()].map(({ file, size, offset }) => ({
        file,
        bytes: size,
        lagBytes: Math.max(0, size - offset),
      })),
    close() {
      for (const followed of files.values()) descriptors.close(followed);
    },
  };
}
