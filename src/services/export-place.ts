import { lstat, readdir, realpath, stat } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { diskFailure } from "../engine/disk.ts";
import { errnoOf, Failure } from "../engine/errors.ts";
import type { WhyKept } from "./kept-files.ts";

/** The files of an export that is split. */
export const partFiles = { train: "train.jsonl", validation: "validation.jsonl" } as const;

const partNames: ReadonlySet<string> = new Set(Object.values(partFiles));

/** What an export must know of where it goes. */
export interface PlaceOptions {
  /** Whether it is a directory of both parts, or else one file. */
  readonly split: boolean;
  readonly force: boolean;
  /** The file that is read. */
  readonly source: string;
  /** Why something is never replaced, whatever is asked for. */
  readonly whyKept: WhyKept;
}

/** The failure that an export was not written, with what to type next. */
export function exportFailure(error: unknown, output: string): Error {
  const errno = errnoOf(error);
  const what = `The export ${output} was not written`;
  const hint = `Name another place with --output, or - for standard output. Type: ls -ld ${dirname(resolve(output))}`;
  const failed = (why: string) => new Failure("home", { what, why, hint, cause: error });
  if (errno === "EROFS") return failed("it is on a read-only file system");
  if (errno === "EACCES" || errno === "EPERM") return failed("this user may not write there");
  return diskFailure(error, what, output);
}

/** The failure that something else is in the way. */
export function inTheWay(output: string, why: string, hint: string): Failure {
  return new Failure("usage", { what: `The export ${output} was not written`, why, hint });
}

const standardOutputHint = "For standard output leave --output away, or give: --output -";

/** The failure that there is a file already. */
export function alreadyThere(output: string): Failure {
  return inTheWay(output, "it exists already", "Name another file, or replace it: --force");
}

// What the system itself holds there is no place for a file, and nobody must be told to remove it.
async function refuseSystem(output: string, path: string): Promise<void> {
  const parent = await realpath(dirname(path)).catch(() => dirname(path));
  const place = [path, parent].find((one) => /^\/(?:dev|proc)(?:\/|$)(?!shm(?:\/|$))/.test(one));
  if (place === undefined) return;
  throw inTheWay(
    output,
    `there can be no regular file of ours in ${/^\/\w+/.exec(place)?.[0]}, which is the system's own`,
    standardOutputHint,
  );
}

async function checkParent(output: string, path: string): Promise<void> {
  const parent = dirname(path);
  const found = await stat(parent).catch((error: unknown) => {
    const missing = errnoOf(error) === "ENOENT";
    if (missing) throw inTheWay(output, `the directory ${parent} does not exist`, `Type: mkdir -p ${parent}`);
    throw exportFailure(error, output);
  });
  if (!found.isDirectory()) throw inTheWay(output, `${parent} is no directory`, "Name another place with --output");
}

function refuseKept(output: string, path: string, { split, whyKept }: PlaceOptions): void {
  const paths = split ? [path, ...[...partNames].map((name) => join(path, name))] : [path];
  const why = paths.map(whyKept).find((one) => one !== null);
  if (why !== undefined && why !== null) throw inTheWay(output, why, "Name another place with --output");
}

// Whoever names a directory of their own by mistake must not lose it.
async function checkDirectory(output: string, path: string, { split, force }: PlaceOptions): Promise<void> {
  if (!split) throw inTheWay(output, "it is a directory", `Name a file in it: --output ${path}/export.jsonl`);
  const names = await readdir(path);
  if (names.length === 0) return;
  if (names.some((name) => !partNames.has(name))) {
    throw inTheWay(output, "it is a directory that holds something else", "Name one that is empty or does not exist");
  }
  if (!force) throw alreadyThere(output);
}

async function isSame(path: string, source: string): Promise<boolean> {
  const [mine, other] = await Promise.all([path, source].map((file) => stat(file, { bigint: true })));
  return mine?.ino === other?.ino && mine?.dev === other?.dev;
}

/**
 * Where an export is to be put, links followed. Fails with `usage` where something is that is not to be replaced, with
 * `home` where this user may not look.
 */
export async function exportPlace(output: string, options: PlaceOptions): Promise<string> {
  const path = resolve(output);
  try {
    await refuseSystem(output, path);
    const found = await lstat(path).catch((error: unknown) => {
      if (errnoOf(error) === "ENOENT" || errnoOf(error) === "ENOTDIR") return null;
      throw error;
    });
    if (found === null) {
      await checkParent(output, path);
      if (!options.split && output.endsWith("/")) {
        throw inTheWay(output, "that names a directory", `Name a file: --output ${path}`);
      }
      refuseKept(output, path, options);
      return path;
    }
    const real = found.isSymbolicLink() ? await followed(output, path) : path;
    const there = await stat(real);
    if (there.isDirectory()) await checkDirectory(output, real, options);
    else if (!there.isFile()) {
      throw inTheWay(output, "it is no regular file", `Name a file. ${standardOutputHint}`);
    } else if (options.split) {
      throw inTheWay(output, "it is a file, and both parts go into a directory", "Name a directory to make");
    } else if (await isSame(real, options.source)) {
      throw inTheWay(output, "it is the dataset itself", "Name another file");
    }
    refuseKept(output, real, options);
    if (!there.isDirectory() && !options.force) throw alreadyThere(output);
    return real;
  } catch (error) {
    throw exportFailure(error, output);
  }
}

async function followed(output: string, path: string): Promise<string> {
  return realpath(path).catch(async (error: unknown) => {
    const errno = errnoOf(error);
    if (errno !== "ENOENT" && errno !== "ELOOP") throw error;
    // A link of the system leads where there is no path: to a pipe, a terminal, a file that was removed.
    const there = await stat(path).catch(() => null);
    if (there !== null) throw inTheWay(output, "it leads to something without a name", standardOutputHint);
    const where = errno === "ENOENT" ? "nowhere" : "to itself";
    throw inTheWay(output, `it is a link that leads ${where}`, `Remove it first. Type: rm ${path}`);
  });
}
