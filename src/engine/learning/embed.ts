import { callJson } from "../call.ts";
import { Failure } from "../errors.ts";
import { lexical } from "./lexical.ts";
import { embeddingsShape } from "./shapes.ts";

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
  if (server === null) return lexical;
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
