/** Every dependency that has a breaker of its own; the local and the remote language model stand apart. */
export const breakerNames = ["postgresql", "qdrant", "redis", "embeddings", "local_llm", "remote_llm"] as const;

/** The name of a dependency that has a breaker. */
export type BreakerName = (typeof breakerNames)[number];

/** Whether a word is the name of a breaker. */
export function isBreakerName(word: string): word is BreakerName {
  return breakerNames.some((name) => name === word);
}
