import { regularFile } from "./odd-file.ts";
import type { FoundFile } from "./sources.ts";

/** Names, for each log, what was rotated from it and is compressed in a way that is not read here, with its bytes. */
export function sayUnreadablePackings(found: readonly FoundFile[], say: (file: string, why: string) => void): void {
  const plainFiles = new Set(found.map(({ file }) => file));
  const byLog = new Map<string, { packing: string; files: number; bytes: number }>();
  for (const { file, packed, rotatedFrom, plain } of found) {
    if (plainFiles.has(plain)) continue;
    if (packed === null || packed === "gzip" || packed === "zstd" || rotatedFrom === null) continue;
    const known = byLog.get(rotatedFrom) ?? { packing: packed, files: 0, bytes: 0 };
    known.files++;
    known.bytes += regularFile(file)?.size ?? 0;
    byLog.set(rotatedFrom, known);
  }
  for (const [log, { packing, files, bytes }] of byLog) {
    const which = `${files} rotated ${files === 1 ? "file" : "files"} (${bytes} bytes)`;
    say(`what was rotated from ${log}`, `${which} compressed with ${packing}; only gzip and zstd are read`);
  }
}
