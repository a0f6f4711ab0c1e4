import * as z from "zod";
import { acceptedAddress, addressShape } from "./address.ts";
import { setting } from "./setting.ts";

/** The Qdrant server that keeps vectors. */
export const qdrantSettings = {
  "qdrant.url": setting(
    addressShape,
    null,
    acceptedAddress,
    "Base URL of a Qdrant server that keeps the vectors, with its port (usually 6333); null means the store of rows keeps them.",
  ),
  "qdrant.collectionPrefix": setting(
    () => z.string().regex(/^[A-Za-z0-9_-]{0,64}$/),
    "",
    "up to 64 letters, digits, - and _",
    "What the names of the collections begin with, so that several stacks can share a server.",
  ),
  "qdrant.timeoutMs": setting(
    () => z.int().min(10).max(600_000),
    10_000,
    "10 to 600000",
    "How long one Qdrant request may take, in milliseconds.",
  ),
} as const;
