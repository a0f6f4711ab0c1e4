import { lstatSync, type Stats, statSync } from "node:fs";
import { errnoOf } from "../errors.ts";

/** What is at a path: a regular file, nothing, or something that is not read and why, as a clause. */
export type Look =
  | { readonly kind: "file"; readonly stat: Stats }
  | { readonly kind: "nothing" }
  | { readonly kind: "odd"; readonly why: string };

const lost = "\ufffd";

function whyNothing(path: string): Look {
  if (lstatSync(path, { throwIfNoEntry: false }) !== undefined) {
    return { kind: "odd", why: "it is a link to something that does not exist" };
  }
  // Node gives such a name with its bytes replaced, so that no call leads to the file.
  if (path.includes(lost)) return { kind: "odd", why: "its name is not UTF-8; rename it" };
  return { kind: "nothing" };
}

function kindOf(stat: Stats): string {
  if (stat.isDirectory()) return "it is a directory";
  if (stat.isFIFO()) return "it is a named pipe, not a regular file";
  return stat.isSocket() ? "it is a socket, not a regular file" : "it is a device, not a regular file";
}

/** Looks at a path without opening it; nothing that can be there makes it throw or wait. */
export function lookAt(path: string): Look {
  try {
    const stat = statSync(path);
    return stat.isFile() ? { kind: "file", stat } : { kind: "odd", why: kindOf(stat) };
  } catch (error) {
    const word = errnoOf(error);
    try {
      if (word === "ENOENT") return whyNothing(path);
    } catch {
      return { kind: "nothing" };
    }
    if (word === "ENOTDIR") return { kind: "nothing" };
    if (word === "ELOOP") return { kind: "odd", why: "it is a link that leads back to itself" };
    if (word === "EACCES") return { kind: "odd", why: "this user may not read it (EACCES)" };
    return { kind: "odd", why: word };
  }
}

/** The size and identity of a regular file, or null where there is none. */
export function regularFile(path: string): Stats | null {
  const look = lookAt(path);
  return look.kind === "file" ? look.stat : null;
}
