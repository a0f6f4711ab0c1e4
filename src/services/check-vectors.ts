import type { Config } from "../engine/config.ts";
import { Failure, messageOf } from "../engine/errors.ts";
import type { VectorModel } from "../engine/stores/listed.ts";
import type { Qdrant } from "../engine/stores/qdrant-client.ts";
import type { Store } from "../engine/stores/store.ts";
import type { Check } from "./check.ts";
import { embedderOf } from "./learner.ts";
import { qdrantOf } from "./vectors.ts";

function failed(name: string, error: unknown): Check {
  const hint = error instanceof Failure && error.hint !== "" ? error.hint : "Type: aistack config list";
  return { name, verdict: "failed", found: messageOf(error), hint };
}

async function checkCollections(
  qdrant: Qdrant,
  prefix: string,
  model: VectorModel,
  options: { readonly signal: AbortSignal },
): Promise<Check> {
  const [{ checkCollection }, { lessonCollections }] = await Promise.all([
    import("../engine/stores/qdrant-ready.ts"),
    import("../engine/stores/qdrant-collections.ts"),
  ]);
  const found: string[] = [];
  const missing: string[] = [];
  for (const name of lessonCollections.map((one) => `${prefix}${one}`)) {
    const state = await qdrant.collection(name, options);
    if (state) checkCollection(name, state, model);
    if (state) found.push(`${state.points} in ${name}`);
    else missing.push(name);
  }
  if (missing.length > 0) {
    const hint = "Type: aistack learn --once";
    return { name: "qdrant vectors", verdict: "warning", found: `not made yet: ${missing.join(", ")}`, hint };
  }
  return { name: "qdrant vectors", verdict: "ok", found: found.join(", "), hint: "" };
}

/** Tries the place where vectors are kept: a Qdrant server with its collections, or else the store of rows. */
export async function checkVectors(
  config: Config,
  store: Store | null,
  options: { readonly signal: AbortSignal },
): Promise<Check[]> {
  const url = config.values["qdrant.url"];
  if (url === null) return store === null ? [] : [await checkOwnVectors(store)];
  const checks: Check[] = [];
  try {
    const qdrant = await qdrantOf(config, null);
    if (qdrant === null) return [];
    const { checkVersion } = await import("../engine/stores/qdrant-ready.ts");
    const version = await checkVersion(qdrant, options);
    checks.push({ name: "qdrant", verdict: "ok", found: `${version} at ${url}`, hint: "" });
    const { label, dimensions } = embedderOf(config);
    checks.push(
      await checkCollections(qdrant, config.values["qdrant.collectionPrefix"], { label, dimensions }, options),
    );
  } catch (error) {
    checks.push(failed(checks.length === 0 ? "qdrant" : "qdrant vectors", error));
  }
  return checks;
}

async function checkOwnVectors(store: Store): Promise<Check> {
  const { lessons = 0, vectors = 0 } = await store.counts();
  const behind = vectors < lessons;
  return {
    name: "vectors",
    verdict: behind ? "warning" : "ok",
    found: `${vectors} of ${lessons} lessons have vectors in ${store.place}`,
    hint: behind ? "Type: aistack learn --once; if that makes none, aistack learn --once --rebuild-vectors" : "",
  };
}
