import * as z from "zod";

/** One line of the dataset. */
export const pairShape = z.looseObject({
  messages: z.array(z.strictObject({ role: z.string(), content: z.string() })).min(2),
  metadata: z.looseObject({ pattern_id: z.string(), lesson_id: z.string() }),
});

/** The answer of an OpenAI-compatible embeddings server. */
export const embeddingsShape = z.looseObject({
  data: z.array(z.looseObject({ index: z.int().min(0), embedding: z.array(z.number()) })),
});

/** What a completed task tells beyond its words. */
export const insightShape = z.looseObject({
  task_id: z.union([z.string(), z.number()]).optional(),
  total_iterations: z.number().optional(),
  adaptive_limit_used: z.number().nullish(),
  task: z.looseObject({
    prompt: z.string().default(""),
    backend: z.string().nullish(),
    context: z.looseObject({ last_error: z.unknown().optional(), last_exception: z.unknown().optional() }).nullish(),
  }),
});
