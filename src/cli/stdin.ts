import { addAbortSignal } from "node:stream";
import { readyBytes } from "../engine/native.ts";

/** What is piped in, as it comes; nothing from a terminal. Reading it fails with an abort when the signal says so. */
export async function* standardInput(signal: AbortSignal): AsyncGenerator<Uint8Array> {
  if (process.stdin.isTTY) return;
  const input: AsyncIterable<unknown> = addAbortSignal(signal, process.stdin);
  for await (const chunk of input) if (chunk instanceof Uint8Array) yield chunk;
}

/** Whether something is piped in that nobody has read; it is neither read nor waited for. */
export function inputWaits(): boolean {
  return !process.stdin.isTTY && readyBytes(0) > 0;
}
