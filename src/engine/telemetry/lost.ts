import { readdirSync } from "node:fs";
import { dirname, join } from "node:path";
import { inodeKey } from "./identity.ts";
import { regularFile } from "./odd-file.ts";

/**
 * Where a file that lost its name went: the same inode in its old directory or the `archive` beside; else null. Only
 * plain files, or only compressed ones.
 */
export function findInode(file: string, inode: string, { packed = false } = {}): { file: string; size: number } | null {
  for (const directory of [dirname(file), join(dirname(file), "archive")]) {
    let names: string[];
    try {
      names = readdirSync(directory);
    } catch {
      continue;
    }
    for (const name of names) {
      if (/\.(zst|gz|bz2|xz|lz4|lz|zip|Z|tmp)$/.test(name) !== packed) continue;
      const candidate = join(directory, name);
      const stat = regularFile(candidate);
      if (stat !== null && inodeKey(stat) === inode) return { file: candidate, size: stat.size };
    }
  }
  return null;
}
