import type { Values } from "../config.ts";
import type { Thresholds } from "./machine.ts";
import type { BreakerName } from "./names.ts";

/** The values of `name.key=value` overrides that are for one dependency, by key. */
function overridesFor(overrides: readonly string[], name: BreakerName): Map<string, number | null> {
  const own = overrides.filter((one) => one.startsWith(`${name}.`)).map((one) => one.slice(name.length + 1).split("="));
  return new Map(own.map(([key = "", value]) => [key, value === "null" ? null : Number(value)]));
}

/** When the breaker of a dependency changes its state, by the configuration. */
export function thresholdsFor(values: Values, name: BreakerName): Thresholds {
  const own = overridesFor(values["breakers.overrides"], name);
  const pick = (key: string, fallback: number) => own.get(key) ?? fallback;
  const slow = own.get("slowCallMs");
  return {
    failures: pick("failures", values["breakers.failures"]),
    openMs: pick("openMs", values["breakers.openMs"]),
    successes: pick("successes", values["breakers.successes"]),
    probes: pick("probes", values["breakers.probes"]),
    probeMs: pick("probeMs", values["breakers.probeMs"]),
    slowCallMs: slow === undefined ? values["breakers.slowCallMs"] : slow,
    slowCallShare: pick("slowCallShare", values["breakers.slowCallShare"]),
    slowCallWindow: pick("slowCallWindow", values["breakers.slowCallWindow"]),
  };
}

/** How much may be asked of a dependency; null stands for no limit. */
export interface CallLimits {
  readonly callsAtOnce: number | null;
  readonly callsPerSecond: number | null;
}

/** The limits of a dependency, by the configuration. */
export function limitsFor(values: Values, name: BreakerName): CallLimits {
  const own = overridesFor(values["limits.overrides"], name);
  const pick = (key: string, fallback: number | null) => {
    const value = own.get(key);
    return value === undefined ? fallback : value;
  };
  return {
    callsAtOnce: pick("callsAtOnce", values["limits.callsAtOnce"]),
    callsPerSecond: pick("callsPerSecond", values["limits.callsPerSecond"]),
  };
}
