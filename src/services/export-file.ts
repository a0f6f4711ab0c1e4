import { hash, randomBytes } from "node:crypto";
import { type FileHandle, link, lstat, mkdir, open, readdir, rename, rm } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { errnoOf } from "../engine/errors.ts";
import { tryLock } from "../engine/telemetry/flock.ts";
import { alreadyThere, exportFailure, exportPlace, type PlaceOptions, partFiles } from "./export-place.ts";

/**
 * An export on its way: written under another name beside its place, and put there as a whole once everything is on the
 * disk. States: open, then published or discarded. Whatever happens before, a killed process included, leaves the place
 * as it was; what such a process left beside it is removed by the next export to the same place.
 */
export interface ExportFile {
  write(part: PartName, line: string): Promise<void>;
  /** Puts it in its place, durably. */
  publish(): Promise<void>;
  /** Removes what was not published. */
  discard(): Promise<void>;
}

const bufferedBytes = 1024 * 1024;

type PartName = keyof typeof partFiles;

interface Part {
  readonly handle: FileHandle;
  lines: string[];
  units: number;
}

async function flush(part: Part): Promise<void> {
  if (part.lines.length > 0) await part.handle.appendFile(part.lines.join(""));
  part.lines = [];
  part.units = 0;
}

// What nobody holds the lock of was left by a process that is gone, or is about to be locked by one that then looks
// whether it is still there.
async function sweep(directory: string, stem: string): Promise<void> {
  for (const name of (await readdir(directory)).filter((one) => one.startsWith(stem))) {
    const path = join(directory, name);
    const handle = await open(path, "r").catch((error: unknown) => {
      if (errnoOf(error) === "ENOENT") return null;
      throw error;
    });
    if (handle === null) continue;
    try {
      if (tryLock(handle.fd)) await rm(path, { recursive: true, force: true });
    } finally {
      await handle.close();
    }
  }
}

const tries = 10;

// Made, locked and still there: another export may have taken it for a remnant before it was locked.
async function makeTemporary(stem: string, split: boolean): Promise<{ path: string; handle: FileHandle }> {
  for (let attempt = 1; ; attempt++) {
    const path = `${stem}${randomBytes(6).toString("hex")}.tmp`;
    if (split) await mkdir(path, { mode: 0o700 });
    const handle = await open(path, split ? "r" : "wx", 0o600);
    try {
      if (tryLock(handle.fd) && (await handle.stat()).nlink > 0) return { path, handle };
      if (attempt === tries) throw new Error("what was made was removed again and again");
    } catch (error) {
      await handle.close();
      await rm(path, { recursive: true, force: true });
      throw error;
    }
    await handle.close();
  }
}

// A link never replaces what somebody made meanwhile; where there are no links a look before must do.
async function putNew(temporary: string, place: string, output: string): Promise<void> {
  try {
    await link(temporary, place);
    await rm(temporary);
  } catch (error) {
    if (errnoOf(error) === "EEXIST") throw alreadyThere(output);
    if (!["EPERM", "ENOTSUP", "EOPNOTSUPP", "ENOSYS", "EMLINK"].includes(errnoOf(error))) throw error;
    const there = await lstat(place).catch(() => null);
    if (there !== null) throw alreadyThere(output);
    await rename(temporary, place);
  }
}

// A directory that is not empty is not replaced by renaming, so the former one is put aside first.
async function putDirectory(temporary: string, place: string, aside: string, force: boolean): Promise<void> {
  try {
    await rename(temporary, place);
  } catch (error) {
    if (!force || !["ENOTEMPTY", "EEXIST"].includes(errnoOf(error))) throw error;
    await rename(place, aside);
    await rename(temporary, place).catch(async (failed: unknown) => {
      await rename(aside, place);
      throw failed;
    });
    await rm(aside, { recursive: true, force: true });
  }
}

/** Opens an export to a file, or to a directory of both parts. Fails with `usage`, `home` or `full`, as writing does. */
export async function openExportFile(output: string, options: PlaceOptions): Promise<ExportFile> {
  const place = await exportPlace(output, options);
  const { split, force } = options;
  const directory = dirname(place);
  const stem = `.aistack-export-${hash("sha256", basename(place)).slice(0, 12)}-`;
  const parts = new Map<PartName, Part>();
  const opened: FileHandle[] = [];
  let temporary = "";
  const discard = async () => {
    for (const handle of opened.splice(0)) await handle.close();
    if (temporary !== "") await rm(temporary, { recursive: true, force: true });
  };
  const failing = async (error: unknown) => {
    await discard();
    return exportFailure(error, output);
  };
  const partOf = async (name: PartName) => {
    const known = parts.get(name);
    if (known !== undefined) return known;
    const handle = await open(join(temporary, partFiles[name]), "wx", 0o600);
    opened.push(handle);
    const made = { handle, lines: [], units: 0 };
    parts.set(name, made);
    return made;
  };
  let around: FileHandle;
  try {
    around = await open(directory, "r");
    opened.push(around);
    await sweep(directory, stem);
    const made = await makeTemporary(join(directory, stem), split);
    temporary = made.path;
    opened.push(made.handle);
    const whole = { handle: made.handle, lines: [], units: 0 };
    if (!split) for (const name of ["train", "validation"] as const) parts.set(name, whole);
  } catch (error) {
    throw await failing(error);
  }
  return {
    async write(name, line) {
      try {
        const part = await partOf(name);
        part.lines.push(`${line}\n`);
        part.units += line.length;
        if (part.units >= bufferedBytes) await flush(part);
      } catch (error) {
        throw await failing(error);
      }
    },
    async publish() {
      try {
        for (const part of parts.values()) await flush(part);
        for (const handle of opened) if (handle !== around) await handle.sync();
        if (split) await putDirectory(temporary, place, `${temporary}.former`, force);
        else if (force) await rename(temporary, place);
        else await putNew(temporary, place, output);
        await around.sync();
      } catch (error) {
        throw await failing(error);
      }
      await discard();
    },
    discard,
  };
}
