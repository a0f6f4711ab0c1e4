import { realpath } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { diskFailure } from "../disk.ts";
import { errnoOf } from "../errors.ts";

/** One active log: the path the caller used, the file behind it, and where its archives go. */
export interface Log {
  readonly given: string;
  readonly file: string;
  readonly archiveDir: string;
}

/** The paths of active logs, and one directory for all archives or none for `archive` beside each log. */
interface Places {
  readonly files: readonly string[];
  readonly archiveDir?: string | undefined;
}

async function placeLog(given: string, archiveDir: string | undefined): Promise<Log> {
  const file = await realpath(given).catch((error: unknown) => {
    if (errnoOf(error) === "ENOENT") return resolve(given);
    throw diskFailure(error, `The log ${given} was not rotated`, given);
  });
  return { given, file, archiveDir: resolve(archiveDir ?? join(dirname(file), "archive")) };
}

/** The logs behind the paths, each once, by the directory their archives go to; links are followed to their files. */
export async function groupLogs({ files, archiveDir }: Places): Promise<Map<string, Log[]>> {
  const groups = new Map<string, Log[]>(archiveDir === undefined ? [] : [[resolve(archiveDir), []]]);
  for (const given of files) {
    const log = await placeLog(given, archiveDir);
    const group = groups.get(log.archiveDir) ?? [];
    if (!group.some(({ file }) => file === log.file)) group.push(log);
    groups.set(log.archiveDir, group);
  }
  return groups;
}
