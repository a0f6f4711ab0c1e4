import { isAbort } from "./base/abort.ts";
import { Failure, messageOf } from "./errors.ts";

/** How one outgoing call is made. */
export interface CallOptions {
  /** Sent as a bearer token; never part of an error. */
  readonly apiKey: string | null;
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
}

const answerBytesMax = 64 * 1024 * 1024;

/**
 * Posts JSON and returns the JSON answer. Fails with `silent` when trying again may help (refused, timed out, 408, 429,
 * 5xx) and with `refused` when it will not (any other status, an answer that is not JSON or over 64 MB).
 */
export async function callJson(url: string, body: unknown, options: CallOptions): Promise<unknown> {
  const what = `${url} was not reached`;
  const hint = "Look whether it runs, and at its address: aistack config list";
  let text: string;
  try {
    const response = await fetch(url, {
      method: "POST",
      headers: {
        "content-type": "application/json",
        ...(options.apiKey === null ? {} : { authorization: `Bearer ${options.apiKey}` }),
      },
      body: JSON.stringify(body),
      redirect: "error",
      signal: AbortSignal.any([options.signal, AbortSignal.timeout(options.timeoutMs)]),
    });
    if (!response.ok) {
      await response.body?.cancel();
      const again = response.status >= 500 || response.status === 429 || response.status === 408;
      throw new Failure(again ? "silent" : "refused", { what, why: `it answered ${response.status}`, hint });
    }
    if (Number(response.headers.get("content-length") ?? 0) > answerBytesMax) {
      await response.body?.cancel();
      throw new Failure("refused", { what, why: "its answer is over 64 MB", hint });
    }
    text = await response.text();
  } catch (error) {
    if (error instanceof Failure || (options.signal.aborted && isAbort(error))) throw error;
    const cause = error instanceof Error && error.cause !== undefined ? `: ${messageOf(error.cause)}` : "";
    throw new Failure("silent", { what, why: `${messageOf(error)}${cause}`, hint, cause: error });
  }
  try {
    const value: unknown = JSON.parse(text);
    return value;
  } catch (error) {
    throw new Failure("refused", { what, why: "its answer is not JSON", hint, cause: error });
  }
}
