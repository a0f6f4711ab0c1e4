import { createReadStream } from "node:fs";
import { type FileHandle, open } from "node:fs/promises";
import { splitLines } from "../base/lines.ts";
import { diskFailure } from "../disk.ts";
import { Failure } from "../errors.ts";
import { lockFile, unlock } from "../telemetry/flock.ts";
import { checkDatasetPlace } from "./dataset-place.ts";
import { parseDatasetLine } from "./export.ts";
import type { Pair } from "./shapes.ts";

/** The dataset as it was at one moment: what is appended or withdrawn later changes nothing in it. */
export interface DatasetSnapshot extends AsyncDisposable {
  /** Its pairs in order, every time it is asked; lines of other programs are passed over. */
  pairs(options: { readonly signal: AbortSignal }): AsyncGenerator<Pair>;
}

// Writers append under the lock, and withdraw by putting another file in the place of this one, which then stays as it
// is: under the lock every line is whole, and the bytes up to there are never changed.
async function wholeBytes(handle: FileHandle, file: string, signal: AbortSignal): Promise<number> {
  await lockFile(handle.fd, file, { timeoutMs: 5000, signal });
  try {
    return (await handle.stat()).size;
  } finally {
    unlock(handle.fd);
  }
}

/** Opens the dataset to read it as it is now. Fails with `home` where there is none, else as its writer does. */
export async function openDatasetSnapshot(
  file: string,
  { signal }: { readonly signal: AbortSignal },
): Promise<DatasetSnapshot> {
  const what = `The dataset ${file} was not read`;
  if (!(await checkDatasetPlace(file))) {
    throw new Failure("home", { what, why: "it does not exist", hint: "Type: aistack learn --once" });
  }
  let handle: FileHandle;
  try {
    handle = await open(file, "r");
  } catch (error) {
    throw diskFailure(error, what, file);
  }
  try {
    return snapshotOf(handle, file, await wholeBytes(handle, file, signal));
  } catch (error) {
    await handle.close();
    throw diskFailure(error, what, file);
  }
}

function snapshotOf(handle: FileHandle, file: string, bytes: number): DatasetSnapshot {
  return {
    async *pairs({ signal }) {
      if (bytes === 0) return;
      try {
        const stream = createReadStream("", { fd: handle, autoClose: false, start: 0, end: bytes - 1 });
        for await (const line of splitLines(stream)) {
          signal.throwIfAborted();
          const pair = parseDatasetLine(line);
          if (pair !== null) yield pair;
        }
      } catch (error) {
        throw diskFailure(error, `The dataset ${file} was not read`, file);
      }
    },
    [Symbol.asyncDispose]: () => handle.close(),
  };
}
