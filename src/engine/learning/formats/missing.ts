import type { Reason } from "./reasons.ts";
import * as shapes from "./shapes.ts";

/** What parsing finds wrong, as zod says it. */
interface Issue {
  readonly path: readonly PropertyKey[];
  readonly code: string;
  readonly expected?: unknown;
}

/** A shape to parse by. */
interface Parser {
  safeParse(value: unknown): { readonly error?: { readonly issues: readonly Issue[] } | undefined };
}

type Malformed = Extract<Reason, `malformed_${string}`>;

/** The shape a line of each reason should have had; null where it was not even read that far. */
const shapeOf: Readonly<Record<Malformed, Parser | null>> = {
  malformed_json: null,
  malformed_task: shapes.taskShape,
  malformed_error_resolution: shapes.errorShape,
  malformed_agent_step_complete: shapes.inferenceShape,
  malformed_local_inference: shapes.inferenceShape,
  malformed_interaction: shapes.interactionShape,
  malformed_editor_event: shapes.vscodeShape,
  malformed_transcript: shapes.claudeShape,
  malformed_rollout: shapes.codexShape,
  malformed_span: shapes.spanShape,
};
const shapesByReason: ReadonlyMap<string, Parser | null> = new Map(Object.entries(shapeOf));

const mostSaid = 5;

function valueAt(value: unknown, path: readonly PropertyKey[]): unknown {
  let found = value;
  for (const part of path) {
    if (typeof found !== "object" || found === null) return undefined;
    found = Reflect.get(found, part);
  }
  return found;
}

function kindOf(value: unknown): string {
  return value === null
    ? "null"
    : Array.isArray(value)
      ? "a list"
      : typeof value === "object"
        ? "an object"
        : `a ${typeof value}`;
}

function wantedOf(issue: Issue): string {
  if (issue.code !== "invalid_type") return ", and that does not fit";
  return `, not ${issue.expected === "object" || issue.expected === "record" ? "an object" : `a ${issue.expected}`}`;
}

/** What is missing or wrong in a line that was called malformed, field by field; empty where that cannot be told. */
export function missingIn(text: string, reason: string): string {
  const shape = shapesByReason.get(reason);
  if (!shape) return "";
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return "";
  }
  const issues = shape.safeParse(value).error?.issues ?? [];
  const said = issues.slice(0, mostSaid).map((issue) => {
    const name = issue.path.map(String).join(".");
    const found = valueAt(value, issue.path);
    if (found === undefined) return `${name} is missing`;
    if (typeof found === "number" && !Number.isFinite(found)) return `${name} is no finite number`;
    return `${name} is ${kindOf(found)}${wantedOf(issue)}`;
  });
  const more = issues.length - said.length;
  return [...said, ...(more > 0 ? [`and ${more} more`] : [])].join(", ");
}
