import { Failure } from "../errors.ts";
import { redactionVersion } from "../learning/redaction-version.ts";
import type { VectorModel } from "./listed.ts";
import { otherModel } from "./model.ts";
import type { CollectionState, Qdrant } from "./qdrant-client.ts";
import { type CollectionName, collectionNames, collections, lessonCollections } from "./qdrant-collections.ts";

/** The first version that keeps metadata with a collection, which is where the model is written down. */
export const oldestVersion = "1.16.0";

/** What is wanted of the collections. */
export interface Wanted {
  readonly prefix: string;
  readonly model: VectorModel;
  /** Whether collections of lessons are to be made anew. */
  readonly rebuild: boolean;
}

const maker = "aistack";

/** Fails with `config` when a server is too old; returns its version. */
export async function checkVersion(qdrant: Qdrant, options: { readonly signal: AbortSignal }): Promise<string> {
  const version = await qdrant.version(options);
  const [major = 0, minor = 0] = version.split(".").map(Number);
  const [oldestMajor = 0, oldestMinor = 0] = oldestVersion.split(".").map(Number);
  if (major > oldestMajor || (major === oldestMajor && minor >= oldestMinor)) return version;
  throw new Failure("config", {
    what: "Qdrant was not used",
    why: `${qdrant.url} is version ${version}, and ${oldestVersion} is the oldest that can note a model with a collection`,
    hint: `Start a newer one, for example the image qdrant/qdrant:v1.16.2`,
  });
}

/** The model that a collection's vectors were made with, or null where this program did not make it. */
export function modelOf({ metadata }: CollectionState): VectorModel | null {
  const { made_by, model, dimensions } = metadata;
  if (made_by !== maker || typeof model !== "string" || typeof dimensions !== "number") return null;
  return { label: model, dimensions };
}

/** Fails with `config` when a collection's vectors cannot stand beside those of a model. */
export function checkCollection(name: string, state: CollectionState, model: VectorModel): void {
  const known = modelOf(state);
  if (known === null) {
    throw new Failure("config", {
      what: "The vectors were not added to",
      why: `Qdrant has a collection ${name} that aistack did not make`,
      hint: "Use other names beside it. Type: aistack config set qdrant.collectionPrefix aistack-",
    });
  }
  if (known.label !== model.label || known.dimensions !== model.dimensions) throw otherModel(known, model);
  if (state.dimensions !== model.dimensions || state.distance !== "Cosine") {
    const made = `${state.dimensions ?? "no"} dimensions and ${state.distance ?? "no"} distance`;
    throw new Failure("config", {
      what: "The vectors were not added to",
      why: `the collection ${name} has ${made}, and ${model.dimensions} and Cosine are wanted`,
      hint: "Make all vectors anew: aistack learn --once --rebuild-vectors",
    });
  }
}

/**
 * Makes sure that the server is new enough and that all five collections are there with their model and their indexes.
 * Returns whether those of lessons hold every lesson so far (if not, they are to be filled from the rows), and whether
 * one of them was made just now. What others put into the collections that lessons do not go to is never touched.
 */
export async function prepareCollections(
  qdrant: Qdrant,
  { prefix, model, rebuild }: Wanted,
  options: { readonly signal: AbortSignal },
): Promise<{ readonly filled: boolean; readonly made: boolean }> {
  await checkVersion(qdrant, options);
  let filled = true;
  let made = false;
  for (const name of collectionNames) {
    const full = `${prefix}${name}`;
    const holdsLessons = lessonCollections.includes(name);
    let state = await qdrant.collection(full, options);
    if (state && !holdsLessons && state.points > 0) continue;
    if (state && rebuild && modelOf(state) !== null) {
      await qdrant.drop(full, options);
      state = null;
    }
    if (state) checkCollection(full, state, model);
    if (state && holdsLessons && state.metadata.redaction !== redactionVersion) {
      // What stands there in words was redacted by older rules.
      await qdrant.drop(full, options);
      state = null;
    }
    if (state === null) {
      const metadata = {
        made_by: maker,
        model: model.label,
        dimensions: model.dimensions,
        redaction: redactionVersion,
        filled: !holdsLessons,
      };
      await qdrant.create(full, { dimensions: model.dimensions, metadata }, options);
      made ||= holdsLessons;
    }
    if (holdsLessons && state?.metadata.filled !== true) filled = false;
    await addIndexes(qdrant, full, name, state?.indexed ?? [], options);
  }
  return { filled, made };
}

async function addIndexes(
  qdrant: Qdrant,
  full: string,
  name: CollectionName,
  there: readonly string[],
  options: { readonly signal: AbortSignal },
): Promise<void> {
  for (const [field, type] of Object.entries(collections[name])) {
    if (!there.includes(field)) await qdrant.index(full, field, type, options);
  }
}

/** Notes that the collections of lessons hold every lesson so far. */
export async function noteFilled(
  qdrant: Qdrant,
  prefix: string,
  options: { readonly signal: AbortSignal },
): Promise<void> {
  for (const name of lessonCollections) await qdrant.note(`${prefix}${name}`, { filled: true }, options);
}
