import { isAbort, isTimeout } from "../base/abort.ts";
import { cutText } from "../base/text.ts";
import { errnoOf, Failure, type FailureCode, messageOf } from "../errors.ts";

/** What is known of the server that did not do what it was asked. */
export interface QdrantPlace {
  readonly url: string;
  /** What was not done. */
  readonly what: string;
  /** Whether it has answered as Qdrant before: then what it says now is a fault, not another program. */
  readonly known: boolean;
}

const certificate =
  /^(CERT_|ERR_TLS_CERT|DEPTH_ZERO|SELF_SIGNED|UNABLE_TO_(VERIFY|GET_ISSUER|GET_CRL|DECRYPT)|INVALID_(CA|PURPOSE))/;
const otherProtocol = /^(HPE_|ERR_SSL_|EPROTO$|ERR_INVALID_PROTOCOL)/;
const missing = /^Not found: Collection/;
const settingHint = "Look whether it runs, and at its address. Type: aistack config get qdrant.url";
const keyHint =
  "Put the right key where it is looked up: the variable AISTACK_SECRET_QDRANT_API_KEY, or the file secrets/qdrant_api_key in the home";

function property(value: unknown, name: string): unknown {
  return typeof value === "object" && value !== null ? Object.entries(value).find(([key]) => key === name)?.[1] : null;
}

/** The server's own words in an answer that refuses something. */
function wordsOf(error: unknown): string {
  const data = property(error, "data");
  const said = property(property(data, "status"), "error");
  return cutText((typeof said === "string" ? said : typeof data === "string" ? data : "").trim(), 300);
}

/** What an answer other than success means. */
function answered(status: number, said: string, { url, what, known }: QdrantPlace, cause: unknown): Failure {
  const why = `${url} answered ${status}${said === "" ? "" : `: ${said}`}`;
  const failure = (code: FailureCode, hint: string) => new Failure(code, { what, why, hint, cause });
  if (status === 401 || status === 403) return failure("config", keyHint);
  if (/no space left|disk (is )?full|out of disk/i.test(said)) {
    return failure("full", "Make room on the disk of the Qdrant server; learning goes on by itself");
  }
  if (status >= 500 || status === 429 || status === 408) return failure("silent", settingHint);
  if (/vector dimension error/i.test(said)) {
    return failure("config", "Make all vectors anew. Type: aistack learn --once --rebuild-vectors");
  }
  if (status === 404 && missing.test(said)) return failure("refused", "It is made again when learning goes on");
  if (status === 404 || status === 405 || status < 400) {
    const code = known ? "silent" : "config";
    return failure(code, "Is that the address of a Qdrant server? Type: aistack config get qdrant.url");
  }
  return failure("refused", "Qdrant will not take it however often it is tried");
}

function deepest(error: unknown): unknown {
  let at = error;
  while (at instanceof Error && at.cause !== undefined) at = at.cause;
  return at;
}

function isOtherProtocol(error: unknown, cause: unknown): boolean {
  if (error instanceof SyntaxError || otherProtocol.test(errnoOf(cause))) return true;
  return cause instanceof Error && (cause.name === "HTTPParserError" || cause.message === "unexpected redirect");
}

/**
 * What a failed call to Qdrant means: `silent` when trying again may help (refused, timed out, 408, 429, 5xx), `full`
 * when its disk is, `config` when a person must change something (key, certificate, another program at that address),
 * `refused` for any other 4xx. Failures and aborts pass through unchanged.
 */
export function qdrantFailure(error: unknown, place: QdrantPlace): unknown {
  if (error instanceof Failure || (error instanceof Error && isAbort(error))) return error;
  const { url, what, known } = place;
  const status = property(error, "status");
  if (typeof status === "number") return answered(status, wordsOf(error), place, error);
  const retryAfter = property(error, "retry_after");
  if (typeof retryAfter === "number") {
    const why = `${url} is asked too much`;
    return new Failure("silent", { what, why, hint: settingHint, cause: error, retryAfterMs: retryAfter * 1000 });
  }
  const cause = deepest(error);
  const word = errnoOf(cause);
  const why = `${url}: ${messageOf(cause)}`;
  if (isTimeout(error)) {
    return new Failure("silent", { what, why: `${url} did not answer in time`, hint: settingHint, cause: error });
  }
  if (certificate.test(word)) {
    const hint =
      word === "CERT_HAS_EXPIRED"
        ? "Renew the certificate of the Qdrant server"
        : "Give the server a certificate that this machine trusts, or name its authority in NODE_EXTRA_CA_CERTS";
    return new Failure("config", { what, why: `${why} (${word})`, hint, cause: error });
  }
  if (!known && isOtherProtocol(error, cause)) {
    const hint = "Is that the HTTP port of a Qdrant server (usually 6333), and http or https as it speaks?";
    return new Failure("config", { what, why: `${url} does not speak Qdrant's protocol (${why})`, hint, cause: error });
  }
  return new Failure("silent", { what, why, hint: settingHint, cause: error });
}

/** Whether a failure says that a collection is not there. */
export function isMissing(error: unknown): boolean {
  return error instanceof Failure && property(error.cause, "status") === 404 && missing.test(wordsOf(error.cause));
}
