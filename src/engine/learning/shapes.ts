import * as z from "zod";
import { wellFormed } from "../base/text.ts";

const whole = z.string().transform(wellFormed);
const messageShape = z.strictObject({ role: whole, content: whole }).readonly();

/** One message of a training pair. */
export type Message = z.infer<typeof messageShape>;

/** One line of the dataset, of whatever version; what a pair is known by. */
export const pairShape = z.looseObject({
  messages: z.array(messageShape).min(2).readonly(),
  metadata: z.looseObject({ pattern_id: z.string(), lesson_id: z.string(), interaction_type: z.string().default("") }),
});

/** What it holds. */
export type Pair = z.infer<typeof pairShape>;

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
