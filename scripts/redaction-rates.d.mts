import type { Half, SecretRow } from "./secrets-corpus.mjs";

export function readHalves(): Map<string, Half>;
export function leaves(text: string, secret: string): boolean;
export function measure(half: Half): {
  readonly missed: readonly SecretRow[];
  readonly changed: readonly { readonly text: string }[];
};
