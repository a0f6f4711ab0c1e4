import * as z from "zod";
import { setting } from "./setting.ts";

const override =
  /^(postgresql|qdrant|redis|embeddings|local_llm|remote_llm)\.(callsAtOnce|callsPerSecond)=(null|\d+(\.\d+)?)$/;

/** How much may be asked of others. */
export const limitsSettings = {
  "limits.callsAtOnce": setting(
    () => z.int().min(1).max(10_000).nullable(),
    16,
    "1 to 10000 or null",
    "Most calls to one dependency under way at the same time; null means any number.",
  ),
  "limits.callsPerSecond": setting(
    () => z.number().min(0.001).max(1000).nullable(),
    null,
    "0.001 to 1000 or null",
    "Most calls to one dependency in a second, evenly spaced; null means any number.",
  ),
  "limits.overrides": setting(
    () => z.array(z.string().regex(override)),
    [],
    "list of name.limit=value",
    "Other limits for one dependency, for example `remote_llm.callsPerSecond=1`.",
  ),
} as const;
