/** One line of a command's output, and where it came from. */
export interface OutputLine {
  readonly stream: "stdout" | "stderr";
  readonly text: string;
}

const most = 2000;

/** Lines of two streams in the order they arrive; reads on only as fast as they are taken. */
export async function* mergeLines(
  stdout: AsyncIterable<string>,
  stderr: AsyncIterable<string>,
): AsyncGenerator<OutputLine> {
  let queue: OutputLine[] = [];
  let open = 2;
  let closed = false;
  let arrived = Promise.withResolvers<void>();
  let taken = Promise.withResolvers<void>();
  const read = async (stream: OutputLine["stream"], lines: AsyncIterable<string>) => {
    try {
      for await (const text of lines) {
        while (queue.length >= most && !closed) await taken.promise;
        if (closed) return;
        queue.push({ stream, text });
        arrived.resolve();
      }
    } catch {
      // The command was ended; its exit code says the rest.
    } finally {
      open--;
      arrived.resolve();
    }
  };
  void read("stdout", stdout);
  void read("stderr", stderr);
  try {
    while (open > 0 || queue.length > 0) {
      if (queue.length === 0) await arrived.promise;
      arrived = Promise.withResolvers<void>();
      const lines = queue;
      queue = [];
      taken.resolve();
      taken = Promise.withResolvers<void>();
      yield* lines;
    }
  } finally {
    closed = true;
    taken.resolve();
  }
}
