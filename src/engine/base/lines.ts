const mostCharacters = 16 * 1024 * 1024;

/**
 * Lines of UTF-8 text, without their ends (`\n`, `\r\n`). What goes on without one comes in pieces of so many UTF-16
 * units, so that a program that never ends its line fills no memory; nothing is left out.
 */
export async function* splitLines(
  chunks: AsyncIterable<Uint8Array>,
  { most = mostCharacters }: { readonly most?: number } = {},
): AsyncGenerator<string> {
  const decoder = new TextDecoder("utf-8", { ignoreBOM: true });
  let rest = "";
  for await (const chunk of chunks) {
    const [first = "", ...others] = decoder.decode(chunk, { stream: true }).split("\n");
    rest += first;
    for (const next of others) {
      yield rest.endsWith("\r") ? rest.slice(0, -1) : rest;
      rest = next;
    }
    for (; rest.length > most; rest = rest.slice(most)) yield rest.slice(0, most);
  }
  rest += decoder.decode();
  if (rest !== "") yield rest;
}

/** Lines of bytes with their ends (`\n` only), whatever they hold; the last one may have none. */
export async function* splitBytes(chunks: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  let rest: Buffer[] = [];
  for await (const chunk of chunks) {
    let start = 0;
    for (let end = chunk.indexOf(10); end >= 0; end = chunk.indexOf(10, start)) {
      const line = chunk.subarray(start, end + 1);
      yield rest.length === 0 ? line : Buffer.concat([...rest, line]);
      rest = [];
      start = end + 1;
    }
    if (start < chunk.length) rest.push(chunk.subarray(start));
  }
  if (rest.length > 0) yield Buffer.concat(rest);
}

/**
 * Lines as bytes, without their ends (`\n`, `\r\n`), for whoever must know whether they are UTF-8. A line that goes on
 * for more than `mostBytes` comes in pieces that are longer than that, so that it can be told and fills no memory.
 */
export async function* splitByteLines(
  chunks: AsyncIterable<Uint8Array>,
  { mostBytes }: { readonly mostBytes: number },
): AsyncGenerator<Buffer> {
  let pieces: Uint8Array[] = [];
  let length = 0;
  const take = () => {
    const line = Buffer.concat(pieces, length);
    pieces = [];
    length = 0;
    return line;
  };
  for await (const chunk of chunks) {
    for (let start = 0; start < chunk.length; ) {
      const end = chunk.indexOf(10, start);
      const piece = chunk.subarray(start, end < 0 ? chunk.length : end);
      pieces.push(piece);
      length += piece.length;
      start += piece.length + 1;
      if (end >= 0) {
        const line = take();
        yield line.at(-1) === 13 ? line.subarray(0, -1) : line;
      } else if (length > mostBytes) yield take();
    }
  }
  if (length > 0) yield take();
}
