import { Failure } from "../errors.ts";

/**
 * Does work now, or, while a server is silent, later: returns what must be called before anything that needs the work;
 * each call tries until the work was done once. Fails as the work does, but not with `silent`.
 */
export async function nowOrLater(work: () => Promise<void>): Promise<() => Promise<void>> {
  const ensure = onceDone(work);
  try {
    await ensure();
  } catch (error) {
    if (!(error instanceof Failure) || error.code !== "silent") throw error;
  }
  return ensure;
}

/** Makes work that is done once, however many wait for it; after a failure the next call tries it again. */
export function onceDone(work: () => Promise<void>): () => Promise<void> {
  let under: Promise<void> | null = null;
  return () => {
    under ??= work().catch((error: unknown) => {
      under = null;
      throw error;
    });
    return under;
  };
}
