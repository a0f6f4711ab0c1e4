import * as z from "zod";
import { setting } from "./setting.ts";

const names = "postgresql|qdrant|redis|embeddings|local_llm|remote_llm";
const override = `^(${names})\\.(failures|openMs|successes|probes|probeMs|slowCallMs|slowCallShare|slowCallWindow)=(null|\\d+(\\.\\d+)?)$`;
const dayMs = 86_400_000;

/** When the breaker before a dependency opens and closes. */
export const breakersSettings = {
  "breakers.failures": setting(
    () => z.int().min(1).max(10_000),
    5,
    "1 to 10000",
    "Failures in a row after which a breaker opens.",
  ),
  "breakers.openMs": setting(
    () => z.int().min(1).max(dayMs),
    30_000,
    "1 to 86400000",
    "How long a breaker stays open before probes may pass, in milliseconds.",
  ),
  "breakers.successes": setting(
    () => z.int().min(1).max(10_000),
    2,
    "1 to 10000",
    "Successful probes after which a breaker closes.",
  ),
  "breakers.probes": setting(
    () => z.int().min(1).max(1000),
    1,
    "1 to 1000",
    "Most probes under way at the same time while a breaker is half open.",
  ),
  "breakers.probeMs": setting(
    () => z.int().min(1).max(dayMs),
    60_000,
    "1 to 86400000",
    "A probe without an answer for this long counts as failed, in milliseconds.",
  ),
  "breakers.slowCallMs": setting(
    () => z.int().min(1).max(dayMs).nullable(),
    null,
    "1 to 86400000 or null",
    "A call that takes longer is slow, in milliseconds; null means slowness does not count.",
  ),
  "breakers.slowCallShare": setting(
    () => z.number().min(0.01).max(1),
    0.5,
    "0.01 to 1",
    "Share of slow calls from which a breaker opens.",
  ),
  "breakers.slowCallWindow": setting(
    () => z.int().min(1).max(10_000),
    20,
    "1 to 10000",
    "How many of the last calls that share is taken of.",
  ),
  "breakers.uncounted": setting(
    () => z.array(z.string().min(1)),
    ["refused", "config", "full"],
    "list of failure codes",
    "Failures that say nothing about a dependency's health and do not count; `refused` stands for all 4xx answers.",
  ),
  "breakers.overrides": setting(
    () => z.array(z.string().regex(new RegExp(override))),
    [],
    "list of name.threshold=value",
    "Other thresholds for one dependency, for example `remote_llm.openMs=60000`.",
  ),
} as const;
