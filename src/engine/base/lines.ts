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
