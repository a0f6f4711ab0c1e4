import * as z from "zod";
import { acceptedAddress, addressShape } from "./address.ts";
import { setting } from "./setting.ts";

/** The server that makes vectors. */
export const embeddingsSettings = {
  "embeddings.url": setting(
    addressShape,
    null,
    acceptedAddress,
    "Base URL of an OpenAI-compatible embeddings server; null means the built-in lexical vectors.",
  ),
  "embeddings.model": setting(
    () => z.string().min(1).nullable(),
    null,
    "name or null",
    "Model to ask the embeddings server for; needed when a URL is set.",
  ),
  "embeddings.dimensions": setting(
    () => z.int().min(1).max(16_384).nullable(),
    null,
    "1 to 16384 or null",
    "Length of that model's vectors; needed when a URL is set.",
  ),
  "embeddings.timeoutMs": setting(
    () => z.int().min(10).max(600_000),
    10_000,
    "10 to 600000",
    "How long one embeddings request may take, in milliseconds.",
  ),
} as const;
