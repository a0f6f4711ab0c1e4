import * as z from "zod";
import { setting } from "./setting.ts";

/** The fine-tuning dataset. */
export const datasetSettings = {
  "dataset.path": setting(
    () => z.string().min(1).nullable(),
    null,
    "path or null",
    "The fine-tuning dataset; null means `dataset.jsonl` in the home.",
  ),
  "dataset.readyPairs": setting(
    () => z.int().min(1).max(100_000_000),
    1000,
    "1 or more",
    "Pairs from which the dataset counts as ready for fine-tuning.",
  ),
} as const;
