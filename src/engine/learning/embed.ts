import { callJson } from "../call.ts";
import { Failure } from "../errors.ts";
import { embeddingsShape } from "./shapes.ts";
import { hashWords } from "./words.ts";

/** Turns texts into vectors of one fixed length. */
export interface Embedder {
  /** The model's name; `lexical` for the built-in one, which knows words, not meaning. */
  readonly label: string;
  readonly dimensions: number;
  /** One vector per text, in order, each of length 1. Fails with `silent` or `refused`. */
  embed(texts: readonly string[], options: { readonly signal: AbortSignal }): Promise<Float32Array[]>;
  /** The same vector at once, from the hashes of a text's words, where those are all it needs. */
  readonly ofWords?: (hashes: Uint32Array) => Float32Array;
}

/** An OpenAI-compatible embeddings server. */
export interface EmbeddingsServer {
  readonly url: string;
  readonly model: string;
  readonly dimensions: number;
  readonly timeoutMs: number;
  readonly apiKey: string | null;
}

const lexicalDimensions = 384;

/**
 * A lexical vector, 384 numbers of length 1: words and pairs of words hashed into signed counts, dampened by a square
 * root (the hashing trick, Weinberger et al. 2009).
 */
export function lexicalVector(text: string): Float32Array {
  return vectorOfWords(hashWords(text));
}

const counts = new Int32Array(lexicalDimensions);

/** The lexical vector of a text given as the hashes of its words. */
export function vectorOfWords(hashes: Uint32Array): Float32Array {
  counts.fill(0);
  const words = new Int32Array(hashes.buffer, hashes.byteOffset, hashes.length);
  let previous = 0;
  for (let index = 0; index < words.length; index++) {
    const word = words[index] ?? 0;
    count(word);
    if (previous !== 0) count((Math.imul(previous, 31) + word) | 0);
    previous = word;
  }
  // Each number is the root of a count, so their squares sum up to the counts.
  let square = 0;
  for (let place = 0; place < lexicalDimensions; place++) square += Math.abs(counts[place] ?? 0);
  const vector = new Float32Array(lexicalDimensions);
  if (square === 0) return vector;
  for (let place = 0; place < lexicalDimensions; place++) {
    const sum = counts[place] ?? 0;
    if (sum !== 0) vector[place] = sum > 0 ? Math.sqrt(sum / square) : -Math.sqrt(-sum / square);
  }
  return vector;
}

// The place from the upper bits, which are a small integer, and the sign from the lowest.
function count(hash: number): void {
  const place = (hash >>> 8) % lexicalDimensions;
  counts[place] = (counts[place] ?? 0) + 1 - 2 * (hash & 1);
}

// In place: the vector was made for this.
function normal(vector: Float32Array): Float32Array {
  let square = 0;
  for (let place = 0; place < vector.length; place++) square += (vector[place] ?? 0) * (vector[place] ?? 0);
  if (square === 0) return vector;
  const length = Math.sqrt(square);
  for (let place = 0; place < vector.length; place++) vector[place] = (vector[place] ?? 0) / length;
  return vector;
}

/** Opens the embedder of a server, or the lexical one where there is none. */
export function openEmbedder(server: EmbeddingsServer | null): Embedder {
  if (server === null) {
    return {
      label: "lexical",
      dimensions: lexicalDimensions,
      embed: async (texts) => texts.map(lexicalVector),
      ofWords: vectorOfWords,
    };
  }
  const { model, dimensions, timeoutMs, apiKey } = server;
  const url = `${server.url.replace(/\/+$/, "").replace(/\/v1$/, "")}/v1/embeddings`;
  const refused = (why: string) =>
    new Failure("refused", {
      what: `The embeddings of ${url} were not used`,
      why,
      hint: "Check embeddings.model and embeddings.dimensions: aistack config list",
    });
  return {
    label: model,
    dimensions,
    async embed(texts, { signal }) {
      if (texts.length === 0) return [];
      const answer = await callJson(url, { model, input: texts }, { apiKey, timeoutMs, signal });
      const parsed = embeddingsShape.safeParse(answer);
      if (!parsed.success) throw refused("the answer is not a list of embeddings");
      const vectors = parsed.data.data.toSorted((a, b) => a.index - b.index).map(({ embedding }) => embedding);
      if (vectors.length !== texts.length) throw refused(`${vectors.length} vectors came for ${texts.length} texts`);
      const wrong = vectors.find((vector) => vector.length !== dimensions);
      if (wrong) throw refused(`its vectors have ${wrong.length} dimensions, the configuration says ${dimensions}`);
      return vectors.map((vector) => normal(Float32Array.from(vector)));
    },
  };
}
