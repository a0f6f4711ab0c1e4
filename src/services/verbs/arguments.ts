import { tiers } from "../../engine/tiers.ts";
import type { Argument } from "../action.ts";

/** What a service can be waited for. */
export const conditions = ["started", "healthy", "completed", "log", "port"] as const;

/** The arguments that many verbs share. */
export const shared = {
  service: { name: "service", type: "string", sentence: "Service", positional: true, required: true },
  services: { name: "service", type: "list", sentence: "Services; none means all", positional: true },
  profile: { name: "profile", type: "list", sentence: "Profile that is on, beside those of the setting" },
  tier: {
    name: "tier",
    type: "string",
    sentence: "Tier instead of the measured one",
    choices: ["auto", ...tiers],
  },
  dryRun: { name: "dry-run", type: "boolean", sentence: "Print the podman commands, one a line, and run none" },
  timeout: { name: "timeout", type: "number", sentence: "Give up after this many seconds" },
} as const satisfies Readonly<Record<string, Argument>>;
