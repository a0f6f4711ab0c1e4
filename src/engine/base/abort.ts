/** Whether what was thrown says that somebody asked the work to stop; it is nobody's fault then. */
export function isAbort(error: unknown): boolean {
  return error instanceof Error && error.name === "AbortError";
}

/** Whether what was thrown says that the time set for the work was up. */
export function isTimeout(error: unknown): boolean {
  return error instanceof Error && error.name === "TimeoutError";
}
