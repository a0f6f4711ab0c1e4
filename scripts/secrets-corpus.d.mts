/** A text that holds secrets: where it is from, and what must be gone from it. */
export interface SecretRow {
  readonly family: string;
  readonly context: string;
  readonly text: string;
  readonly secrets: readonly string[];
}

/** One half of the corpus: rows with secrets, and texts that must stay. */
export interface Half {
  readonly secrets: readonly SecretRow[];
  readonly harmless: readonly { readonly text: string }[];
}

export const seed: number;
export function makeCorpus(): Half;
