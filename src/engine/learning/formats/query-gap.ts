import { type Dialect, reject } from "./dialect.ts";

/** A question that found no good answer: worth counting, nothing to teach. */
export const queryGap: Dialect = {
  name: "query gap",
  recognises: (record) => typeof record.query_hash === "string" && typeof record.query_text === "string",
  read: (_record, turns) => reject("no_answer", turns),
};
