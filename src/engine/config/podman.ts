import * as z from "zod";
import { setting } from "./setting.ts";

/** How Podman is called and what its containers are granted. */
export const podmanSettings = {
  "podman.command": setting(() => z.string().min(1), "podman", "a program", "The Podman program."),
  "podman.timeoutMs": setting(
    () => z.int().min(100).max(600_000),
    20_000,
    "100 to 600000",
    "How long a Podman command that only looks may take, in milliseconds.",
  ),
  "podman.changeTimeoutMs": setting(
    () => z.int().min(100).max(3_600_000),
    120_000,
    "100 to 3600000",
    "How long a Podman command that changes something may take, in milliseconds; pull and build wait for `up`'s own limit.",
  ),
  "podman.waitMs": setting(
    () => z.int().min(1000).max(86_400_000),
    300_000,
    "1000 to 86400000",
    "How long `up` waits for services when --timeout says nothing, in milliseconds.",
  ),
  "podman.unhealthyGraceMs": setting(
    () => z.int().min(0).max(3_600_000),
    30_000,
    "0 to 3600000",
    "How long `up --wait` lets an unhealthy service recover before it gives up, in milliseconds.",
  ),
  "podman.parallel": setting(
    () => z.int().min(1).max(64),
    4,
    "1 to 64",
    "How many Podman commands run at the same time.",
  ),
  "podman.reconcileSeconds": setting(
    () => z.number().min(1).max(3600),
    30,
    "1 to 3600",
    "How often the supervisor compares all containers with what is wanted, in seconds; down to a quarter as often while nothing happens and it sees their processes.",
  ),
  "podman.settledHealthSeconds": setting(
    () => z.number().min(1).max(86_400),
    600,
    "1 to 86400",
    "How often a service that stayed healthy is checked where no systemd runs Podman's checks, in seconds; never more often than its own interval.",
  ),
  "podman.backoffMs": setting(
    () => z.int().min(10).max(600_000),
    1000,
    "10 to 600000",
    "Rest before the first restart of a service that died, in milliseconds; it doubles with each.",
  ),
  "podman.backoffMaxMs": setting(
    () => z.int().min(10).max(3_600_000),
    60_000,
    "10 to 3600000",
    "Longest rest before a restart, in milliseconds.",
  ),
  "podman.crashLoopAfter": setting(
    () => z.int().min(1).max(1000),
    5,
    "1 to 1000",
    "How many deaths in a row make a crash loop.",
  ),
  "podman.stableSeconds": setting(
    () => z.number().min(0.1).max(86_400),
    60,
    "0.1 to 86400",
    "How long a service must run for its earlier deaths to be forgotten, in seconds.",
  ),
  "podman.healUnhealthy": setting(
    () => z.boolean(),
    true,
    "true or false",
    "Whether the supervisor restarts a service that stays unhealthy.",
  ),
} as const;
