import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { writeWhole } from "../disk.ts";
import { errnoOf, messageOf } from "../errors.ts";
import type { SavedBreaker } from "./shapes.ts";
import { savedBreakersShape } from "./shapes.ts";

/** Where a home keeps its breakers over a restart. */
export function breakersFile(home: string): string {
  return join(home, "breakers.json");
}

function checksumOf(breakers: readonly SavedBreaker[]): string {
  return createHash("sha256").update(JSON.stringify(breakers)).digest("hex");
}

/** The breakers of a home as they were saved; a damaged file gives none and is told to `unreadable`. */
export function readBreakers(home: string, unreadable: (file: string, why: string) => void): SavedBreaker[] {
  const file = breakersFile(home);
  try {
    const saved: unknown = JSON.parse(readFileSync(file, "utf8"));
    const { checksum, breakers } = savedBreakersShape().parse(saved);
    if (checksum === checksumOf(breakers)) return breakers;
    unreadable(file, "its checksum does not hold");
  } catch (error) {
    if (errnoOf(error) === "ENOENT") return [];
    unreadable(file, error instanceof Error && error.name === "ZodError" ? "it has another shape" : messageOf(error));
  }
  return [];
}

/** Saves the breakers of a home as a whole, durably. Fails with `full`, `home` or `failed`. */
export async function writeBreakers(home: string, breakers: readonly SavedBreaker[]): Promise<void> {
  const saved = { schemaVersion: 1, checksum: checksumOf(breakers), breakers };
  await writeWhole(breakersFile(home), `${JSON.stringify(saved)}\n`);
}
