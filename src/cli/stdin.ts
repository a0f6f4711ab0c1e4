import { addAbortSignal } from "node:stream";

/** What is piped in, as it comes; nothing from a terminal. Reading it fails with an abort when the signal says so. */
export async function* standardInput(signal: AbortSignal): AsyncGenerator<Uint8Array> {
  if (process.stdin.isTTY) return;
  const input: AsyncIterable<unknown> = addAbortSignal(signal, process.stdin);
  for await (const chunk of input) if (chunk instanceof Uint8Array) yield chunk;
}
