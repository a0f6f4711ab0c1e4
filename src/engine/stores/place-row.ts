import type { Row } from "./cursor-rows.ts";
import type { SavedPlace } from "./listed.ts";

/** Where a sink stands, by the newest saved copy of its cursor; checked elsewhere when it matters. */
export function placeIn(row: Row): SavedPlace {
  let body: unknown = null;
  try {
    body = JSON.parse(String(row.body));
  } catch {
    // A damaged copy says nothing; the learner uses the one before it.
  }
  const field = (name: string) =>
    (typeof body === "object" && body !== null ? Object.entries(body) : []).find(([key]) => key === name)?.[1];
  return {
    sink: String(row.sink),
    savedAt: String(row.saved_at),
    inode: String(field("inode")),
    file: String(field("file")),
    offset: Number(field("offset")),
  };
}
