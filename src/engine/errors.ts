/** The kinds of failure a caller can act on; the exit code follows from the kind. */
export type FailureCode =
  | "usage"
  | "config"
  | "source"
  | "home"
  | "held"
  | "timeout"
  | "full"
  | "silent"
  | "refused"
  | "corrupt"
  | "dependency"
  | "podman"
  | "failed";

/** What a failure says: what did not happen, why, and what to type next. */
export interface FailureText {
  readonly what: string;
  readonly why: string;
  readonly hint?: string;
  readonly cause?: unknown;
  /** How long to wait before trying again, where that is known. */
  readonly retryAfterMs?: number | null;
  /** What a program may want to know of it, by name. */
  readonly facts?: Readonly<Record<string, string | number>>;
}

/** The one error of this program: a code word for programs, three sentences for people. */
export class Failure extends Error {
  readonly code: FailureCode;
  readonly what: string;
  readonly why: string;
  readonly hint: string;
  /** How long to wait before trying again, in milliseconds; null where that is not known. */
  readonly retryAfterMs: number | null;
  /** What a program may want to know of it, by name. */
  readonly facts: Readonly<Record<string, string | number>>;

  constructor(code: FailureCode, text: FailureText) {
    super(`${text.what}: ${text.why}`, { cause: text.cause });
    this.name = "Failure";
    this.code = code;
    this.what = text.what;
    this.why = text.why;
    this.hint = text.hint ?? "";
    this.retryAfterMs = text.retryAfterMs ?? null;
    this.facts = text.facts ?? {};
  }
}

/** The system's error word (ENOENT, ENOSPC, …) of a thrown value, or an empty string. */
export function errnoOf(error: unknown): string {
  return error instanceof Error && "code" in error && typeof error.code === "string" ? error.code : "";
}

/** The message of whatever was thrown. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** The message of whatever was thrown, with what to type next where that is known. */
export function adviceOf(error: unknown): string {
  const hint = error instanceof Failure ? error.hint : "";
  return hint === "" ? messageOf(error) : `${messageOf(error).replace(/[.;]?\s*$/, ".")} ${hint}`;
}
