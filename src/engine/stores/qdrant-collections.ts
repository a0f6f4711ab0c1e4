import { cutText } from "../base/text.ts";
import type { Lesson, LessonKind } from "../learning/lesson.ts";
import type { IndexType } from "./qdrant-client.ts";

/** The collections of the original system. */
export type CollectionName =
  | "codebase-context"
  | "skills-patterns"
  | "error-solutions"
  | "interaction-history"
  | "best-practices";

/** Every collection with the fields of its payloads that are searched by, each with an index. */
export const collections: Readonly<Record<CollectionName, Readonly<Record<string, IndexType>>>> = {
  "codebase-context": { file_path: "keyword", language: "keyword", framework: "keyword", last_accessed: "datetime" },
  "skills-patterns": { lesson_id: "keyword", skill_name: "keyword", last_updated: "datetime" },
  "error-solutions": { lesson_id: "keyword", error_type: "keyword", first_seen: "datetime" },
  "interaction-history": {
    lesson_id: "keyword",
    agent_type: "keyword",
    model_used: "keyword",
    outcome: "keyword",
    timestamp: "datetime",
  },
  "best-practices": { category: "keyword", last_validated: "datetime" },
};

/** Every collection's name. */
export const collectionNames: readonly CollectionName[] = [
  "codebase-context",
  "skills-patterns",
  "error-solutions",
  "interaction-history",
  "best-practices",
];

const byKind: Readonly<Record<LessonKind, CollectionName>> = {
  task_completion: "skills-patterns",
  error_resolution: "error-solutions",
  inference: "interaction-history",
  agent_step: "interaction-history",
  conversation: "interaction-history",
  span: "interaction-history",
};

/** The collections that lessons go to; the other two are for what is not learned from telemetry. */
export const lessonCollections: readonly CollectionName[] = [...new Set(Object.values(byKind))];

/** The collection a lesson goes to. */
export function collectionOf({ kind }: Lesson): CollectionName {
  return byKind[kind];
}

function firstLine(text: string): string {
  return cutText(text.trim().split("\n")[0] ?? "", 120);
}

function sum(a: number | undefined, b: number | undefined): number | null {
  return a === undefined && b === undefined ? null : (a ?? 0) + (b ?? 0);
}

/**
 * What is told about a lesson beside its vector, in the fields of its collection (original system, §5.3), with the
 * lesson's own name and kind. What is not known of it is null or an empty list.
 */
export function payloadOf(lesson: Lesson): Record<string, unknown> {
  const { id, patternId, kind, prompt, response, backend, feedback, successMetrics } = lesson;
  const at = lesson.timestamp === "" ? null : lesson.timestamp;
  const own = { lesson_id: id, pattern_id: patternId, kind };
  switch (collectionOf(lesson)) {
    case "skills-patterns":
      return {
        ...own,
        skill_name: firstLine(prompt),
        description: prompt,
        usage_pattern: response,
        success_examples: [patternId],
        failure_examples: [],
        prerequisites: [],
        related_skills: [],
        value_score: null,
        last_updated: at,
      };
    case "error-solutions":
      return {
        ...own,
        error_message: prompt,
        error_type: null,
        context: null,
        solution: response,
        solution_verified: feedback === 1,
        success_count: 1,
        failure_count: 0,
        first_seen: at,
        last_used: null,
        confidence_score: null,
      };
    default:
      return {
        ...own,
        query: prompt,
        agent_type: kind,
        model_used: backend,
        context_provided: [],
        response,
        outcome: "success",
        user_feedback: feedback,
        tokens_used: sum(successMetrics.tokens_in, successMetrics.tokens_out),
        latency_ms: successMetrics.latency_ms ?? null,
        timestamp: at,
        value_score: null,
      };
  }
}
