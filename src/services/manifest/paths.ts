import { dirname, join, resolve } from "node:path";
import type { ComposeNode } from "./node.ts";

/** A path as a Compose file means it: `~` is the user's home, all else is seen from the directory of that file. */
export function pathFrom(path: string, file: string, userHome: string): string {
  if (path === "~" || path.startsWith("~/")) return join(userHome, path.slice(1));
  return resolve(dirname(file), path);
}

/** Whether a node says false. */
export function isFalse(node: ComposeNode | undefined): boolean {
  return node?.kind === "scalar" && String(node.value) === "false";
}
