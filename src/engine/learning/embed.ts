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
  const vector = new Float32Array(lexicalDimensions);
  const add = (hashed: number) => {
    const place = hashed % lexicalDimensions;
    vector[place] = (vector[place] ?? 0) + ((hashed & 0x40000000) === 0 ? 1 : -1);
  };
  let previous = 0;
  for (const word of hashWords(text)) {
    add(word);
    if (previous !== 0) add((Math.imul(previous, 31) + word) >>> 0);
    previous = word;
  }
  for (let place = 0; place < lexicalDimensions; place++) {
    const count = vector[place] ?? 0;
    if (count !== 0) vector[place] = count > 0 ? Math.sqrt(count) : -Math.sqrt(-count);
  }
  return normal(vector);
}

// In place: the vector was made for this.
function normal(vector: Float32Array): Float32Array {
  let square = 0;
  for (let place = 0; place < vector.length; place++) square += (vector[place] ?? 0) ** 2;
  if (square === 0) return vector;
  const length = Math.sqrt(square);
  for (let place = 0; place < vector.length; place++) vector[place] = (vector[place] ?? 0) / length;
  return vector;
}

/** Opens the embedder of a server, or the lexical one where there is none. */
export function openEmbedder(server: EmbeddingsServer | null): Embedder {
  if (server === null) {
    return { label: "lexical", dimensions: lexicalDimensions, embed: async (texts) => texts.map(lexicalVector) };
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
