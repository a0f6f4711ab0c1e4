import * as z from "zod";
import { setting } from "./setting.ts";

/** How the learner works. */
export const learningSettings = {
  "learning.checkpointEvents": setting(
    () => z.int().min(1).max(100_000),
    100,
    "1 to 100000",
    "Most events at risk between two checkpoints.",
  ),
  "learning.checkpointMs": setting(
    () => z.int().min(10).max(60_000),
    1000,
    "10 to 60000",
    "Longest time between two checkpoints while events arrive, in milliseconds.",
  ),
  "learning.pollMs": setting(
    () => z.int().min(10).max(60_000),
    250,
    "10 to 60000",
    "Pause between two looks at files that had nothing new, in milliseconds; four times that after five calm seconds.",
  ),
  "learning.turnIdleMs": setting(
    () => z.int().min(0).max(86_400_000),
    60_000,
    "0 to 86400000",
    "How long nothing must follow an answer in a transcript until it is taught as it stands, in milliseconds.",
  ),
  "learning.onceWaitMs": setting(
    () => z.int().min(0).max(86_400_000),
    60_000,
    "0 to 86400000",
    "How long `learn --once` waits for a dependency that is away or a disk that is full, in milliseconds.",
  ),
  "learning.slowRetryMs": setting(
    () => z.int().min(10).max(3_600_000),
    15_000,
    "10 to 3600000",
    "Pause before a sink tries again after something that a person must mend, in milliseconds.",
  ),
  "learning.rejectedKept": setting(
    () => z.int().min(0).max(10_000_000),
    100_000,
    "0 to 10000000",
    "Addresses of bad lines kept for `learn --rejected`; the oldest go first.",
  ),
  "learning.zeroYieldEvents": setting(
    () => z.int().min(1).max(1_000_000),
    50,
    "1 to 1000000",
    "Warn when a source has given this many events and not one lesson.",
  ),
} as const;
