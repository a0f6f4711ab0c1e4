import type { Machine } from "./machine.ts";

/** How much of the stack runs, the least first. */
export const tiers = ["minimal", "standard", "full"] as const;

export type Tier = (typeof tiers)[number];

/** The memory from which a tier is chosen, in bytes; decimal, so that a machine sold as 8 GB counts as one. */
export const tierFromBytes: Readonly<Record<Tier, number>> = {
  minimal: 0,
  standard: 8_000_000_000,
  full: 16_000_000_000,
};

/** The largest tier that this much memory is for. */
export function tierOf(memoryBytes: number): Tier {
  return tiers.findLast((tier) => memoryBytes >= tierFromBytes[tier]) ?? "minimal";
}

/** Whether a tier runs what needs another one. */
export function covers(tier: Tier, needed: Tier): boolean {
  return tiers.indexOf(tier) >= tiers.indexOf(needed);
}

/** The tier in force and where it came from. */
export function chooseTier(wanted: Tier | "auto", machine: Machine): { tier: Tier; chosen: "measured" | "wanted" } {
  return wanted === "auto"
    ? { tier: tierOf(machine.memoryBytes), chosen: "measured" }
    : { tier: wanted, chosen: "wanted" };
}
