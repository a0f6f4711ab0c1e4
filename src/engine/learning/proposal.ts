import { createHash, randomUUID } from "node:crypto";
import type { JsonRecord } from "./formats/dialect.ts";
import { redact } from "./redact/redact.ts";
import { insightShape } from "./shapes.ts";

/** A change the engine suggests; it waits for a person's approval and is never applied by itself. */
export interface Proposal {
  readonly proposal_id: string;
  readonly proposal_type: "iteration_limit_increase" | "dependency_check_addition" | "timeout_adjustment";
  readonly title: string;
  readonly rationale: string;
  readonly recommended_action: string;
  readonly evidence: JsonRecord;
  readonly status: "pending";
  readonly approval_required: true;
  readonly created_at: string;
  readonly submitted_as_task: null;
  /** SHA-256 of `type:title:action`; two proposals with one hash are the same. */
  readonly proposal_hash: string;
}

/** What a batch of finished tasks shows. */
export interface Insights {
  readonly limitHits: readonly { readonly task: string; readonly iterations: number; readonly limit: number }[];
  readonly timeouts: number;
  /** How often each host could not be reached. */
  readonly dependencies: ReadonlyMap<string, number>;
}

/** Most proposals made from one batch (original system, OPTIMIZATION_PROPOSAL_BATCH_LIMIT). */
export const proposalsPerBatch = 5;

const unreachable = /connection refused|name or service not known|failed to resolve host/i;
const hostIn = /host ['"]([\w.-]+)['"]|service ["']([\w.-]+)["']|https?:\/\/([\w.-]+)/i;

/** Reads limit hits, timeouts and unreachable hosts out of `task_completed` records; malformed ones say nothing. */
export function gatherInsights(tasks: readonly JsonRecord[]): Insights {
  const limitHits: { task: string; iterations: number; limit: number }[] = [];
  const dependencies = new Map<string, number>();
  let timeouts = 0;
  for (const record of tasks) {
    const parsed = insightShape.safeParse(record);
    if (!parsed.success) continue;
    const { task_id, total_iterations = 0, adaptive_limit_used, task } = parsed.data;
    const limit = adaptive_limit_used ?? 0;
    if (limit > 0 && total_iterations >= limit) {
      limitHits.push({ task: String(task_id ?? ""), iterations: total_iterations, limit });
    }
    const said = redact(`${task.context?.last_error ?? ""} ${task.context?.last_exception ?? ""}`);
    if (/timeout|timed out/i.test(said)) timeouts++;
    if (!unreachable.test(said)) continue;
    const match = hostIn.exec(said);
    const host = match?.[1] ?? match?.[2] ?? match?.[3] ?? "unknown";
    dependencies.set(host, (dependencies.get(host) ?? 0) + 1);
  }
  return { limitHits, timeouts, dependencies };
}

type Idea = Pick<Proposal, "proposal_type" | "title" | "rationale" | "recommended_action" | "evidence">;

function ideas({ limitHits, timeouts, dependencies }: Insights): Idea[] {
  return [
    ...limitHits.map(({ task, iterations, limit }) => ({
      proposal_type: "iteration_limit_increase" as const,
      title: `Raise the iteration limit of ${limit}`,
      rationale: `A task used all ${limit} iterations it was given.`,
      recommended_action: `Raise the adaptive limit from ${limit} to ${Math.ceil(limit * 1.25)} (+25 %).`,
      evidence: { task_id: redact(task), total_iterations: iterations, adaptive_limit_used: limit },
    })),
    ...[...dependencies]
      .toSorted((a, b) => b[1] - a[1])
      .map(([host, failures]) => ({
        proposal_type: "dependency_check_addition" as const,
        title: `Check ${host} before work starts`,
        rationale: `${host} could not be reached while a task ran.`,
        recommended_action: `Add a health check of ${host} before tasks that need it.`,
        evidence: { host, failures },
      })),
    ...(timeouts > 0
      ? [
          {
            proposal_type: "timeout_adjustment" as const,
            title: "Raise the time limit of tasks",
            rationale: "Tasks ended because their time was up.",
            recommended_action: "Raise the timeout by 20 %.",
            evidence: { timeouts },
          },
        ]
      : []),
  ];
}

/** At most five proposals that `has` does not know yet, always waiting for approval. */
export function propose(insights: Insights, has: (hash: string) => boolean): Proposal[] {
  const fresh = new Map<string, Proposal>();
  for (const idea of ideas(insights)) {
    const text = `${idea.proposal_type}:${idea.title}:${idea.recommended_action}`;
    const proposal_hash = createHash("sha256").update(text).digest("hex");
    if (fresh.size >= proposalsPerBatch || fresh.has(proposal_hash) || has(proposal_hash)) continue;
    fresh.set(proposal_hash, {
      proposal_id: randomUUID(),
      ...idea,
      status: "pending",
      approval_required: true,
      created_at: new Date().toISOString(),
      submitted_as_task: null,
      proposal_hash,
    });
  }
  return [...fresh.values()];
}
