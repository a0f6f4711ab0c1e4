import { type FileHandle, lstat, open, stat } from "node:fs/promises";
import { diskFailure } from "../disk.ts";
import { errnoOf, Failure } from "../errors.ts";

function misplaced(file: string, why: string): Failure {
  return new Failure("config", {
    what: `The dataset ${file} was not opened`,
    why,
    hint: "Name another place. Type: aistack config set dataset.path /path/to/dataset.jsonl",
  });
}

// Of a file that is no dataset an unfinished last line would be cut as if a crash had left it.
async function checkBeginning(file: string): Promise<void> {
  let handle: FileHandle;
  try {
    handle = await open(file, "r");
  } catch (error) {
    throw diskFailure(error, `The dataset ${file} was not opened`, file);
  }
  try {
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(512), 0, 512, 0);
    const start = buffer.toString("latin1", 0, bytesRead).replace(/^[\u00ef\u00bb\u00bf\s\0]+/, "");
    if (start !== "" && !start.startsWith("{")) throw misplaced(file, "it holds something else than lines of JSON");
  } finally {
    await handle.close();
  }
}

/**
 * Refuses, with `config`, a place that cannot be a dataset or holds something else; says whether there is one. A place
 * where a dataset can be made is fine.
 */
export async function checkDatasetPlace(file: string): Promise<boolean> {
  try {
    const found = await stat(file);
    if (found.isDirectory()) throw misplaced(file, "it is a directory");
    if (!found.isFile()) throw misplaced(file, "it is no regular file");
  } catch (error) {
    const errno = errnoOf(error);
    if (errno === "ENOENT") return checkAbsent(file);
    if (errno === "ENOTDIR") throw misplaced(file, "what stands before its name is no directory");
    if (errno === "ELOOP") throw misplaced(file, "it is a link that leads to itself");
    if (errno === "ENAMETOOLONG") throw misplaced(file, "its name is too long");
    throw diskFailure(error, `The dataset ${file} was not opened`, file);
  }
  await checkBeginning(file);
  return true;
}

async function checkAbsent(file: string): Promise<false> {
  const link = await lstat(file).catch((error: unknown) => {
    if (errnoOf(error) === "ENOENT") return null;
    throw diskFailure(error, `The dataset ${file} was not opened`, file);
  });
  if (link !== null) throw misplaced(file, "it is a link that leads nowhere");
  return false;
}
