/** One thing that was tried, what was found, and what to type about it. */
export interface Check {
  readonly name: string;
  readonly verdict: "ok" | "warning" | "failed";
  readonly found: string;
  readonly hint: string;
}
