const keptCharacters = 64 * 1024;

/**
 * Keeps what anything in the process writes to standard error away from the screen, and hands it on line by line.
 * Returns how to end that, which gives back what was kept, newest part first to last.
 */
export function holdBack(stderr: NodeJS.WriteStream, onLine: (text: string) => void): () => string {
  const write = stderr.write;
  let kept = "";
  let rest = "";
  stderr.write = (text: string | Uint8Array, ...more: readonly unknown[]): boolean => {
    const said = typeof text === "string" ? text : Buffer.from(text).toString();
    kept = (kept + said).slice(-keptCharacters);
    const lines = (rest + said).split("\n");
    rest = lines.pop() ?? "";
    for (const line of lines) onLine(line);
    const done = more.find((one) => typeof one === "function");
    if (typeof done === "function") queueMicrotask(() => Reflect.apply(done, undefined, []));
    return true;
  };
  return () => {
    stderr.write = write;
    return kept;
  };
}
