import type { Embedded } from "./sqlite.ts";

/** What one fact of the store says, or null where nothing was said. */
export function factOf(store: Embedded, name: string): string | null {
  const value = store.get("SELECT value FROM facts WHERE name = ?", name)?.value;
  return typeof value === "string" ? value : null;
}

/** Saves one fact; only inside a commit. */
export function saveFact(store: Embedded, name: string, value: string): void {
  store.run("INSERT OR REPLACE INTO facts (name, value) VALUES (?, ?)", name, value);
}
