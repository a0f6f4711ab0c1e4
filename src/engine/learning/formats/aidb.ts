import { type Dialect, eventName, reject } from "./dialect.ts";

const known: ReadonlySet<string> = new Set([
  "telemetry_probe",
  "skills_list",
  "skill_get",
  "skill_import",
  "tools_list",
  "tool_execute",
  "documents_list",
  "document_import",
  "parallel_generate",
]);

/** The AIDB server: what it was asked for, without the words, so none of it teaches. */
export const aidb: Dialect = {
  name: "aidb",
  recognises: (record) => known.has(eventName(record) ?? ""),
  read: (_record, turns) => reject("service_call", turns),
};
