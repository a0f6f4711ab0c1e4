/** How one thing that was tried turned out. */
export interface Check {
  readonly name: string;
  readonly verdict: "ok" | "warning" | "failed";
  readonly found: string;
  readonly hint: string;
}
