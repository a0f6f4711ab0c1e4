import { homedir } from "node:os";
import { isAbsolute, join, resolve } from "node:path";
import { Failure } from "./errors.ts";

/** The process environment, given as an argument so that only the configuration reads the real one. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** Where the user wants everything to live; nothing said means the XDG directories. */
export interface Place {
  readonly home?: string | undefined;
}

/** The user's home directory, or null where this user has none: a number without an entry among the users. */
export function userHome(): string | null {
  try {
    return homedir();
  } catch {
    return null;
  }
}

function homeOrFail(): string {
  const home = userHome();
  if (home !== null) return home;
  throw new Failure("home", {
    what: "No home for aistack was found",
    why: "this user has no home directory, and AISTACK_HOME is not set",
    hint: "Type: export AISTACK_HOME=/some/directory",
  });
}

// What names no home must never mean another one.
function emptyHome(where: string): Failure {
  return new Failure("usage", {
    what: "Nothing was done",
    why: `${where} is empty, and names no home`,
    hint: "Name a directory, or type: unset AISTACK_HOME",
  });
}

/**
 * The home for all data and the configuration file: `--home`, then `AISTACK_HOME`, then the XDG directories.
 * Fails with `usage` where one of the first two is empty.
 */
export function placeHome(place: Place, environment: Environment): { home: string; file: string } {
  const given = place.home ?? environment.AISTACK_HOME;
  if (given === "") throw emptyHome(place.home === undefined ? "the environment variable AISTACK_HOME" : "--home");
  if (given !== undefined) return { home: resolve(given), file: join(resolve(given), "config.json") };
  const data = environment.XDG_DATA_HOME;
  const conf = environment.XDG_CONFIG_HOME;
  return {
    home: join(data && isAbsolute(data) ? data : join(homeOrFail(), ".local/share"), "aistack"),
    file: join(conf && isAbsolute(conf) ? conf : join(homeOrFail(), ".config"), "aistack", "config.json"),
  };
}
