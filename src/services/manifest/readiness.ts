import { isPort } from "./ports.ts";
import type { Reader } from "./read.ts";
import type { Condition, Dependency, Healthcheck, RestartPolicy } from "./service.ts";

const defaults = { intervalMs: 30_000, timeoutMs: 30_000, retries: 3, startPeriodMs: 0 };

/** A service's own health check as an argv; null where it has none. `off` says that the image's is switched off too. */
export function readHealthcheck(service: Reader): { healthcheck: Healthcheck | null; off: boolean } {
  const words = service.texts("healthcheck", "test");
  const disabled = service.flag("healthcheck", "disable") === true;
  if (disabled || words?.[0] === "NONE") return { healthcheck: null, off: true };
  if (words === null) {
    if (service.has("healthcheck")) {
      service.wrong(["healthcheck"], "has no test", 'Write it like test: ["CMD", "pg_isready"]');
    }
    return { healthcheck: null, off: false };
  }
  const [form = "", ...rest] = words;
  const test = form === "CMD-SHELL" ? ["/bin/sh", "-c", rest.join(" ")] : rest;
  if ((form !== "CMD" && form !== "CMD-SHELL") || rest.length === 0) {
    service.wrong(["healthcheck", "test"], "must begin with CMD, CMD-SHELL or NONE", 'Write ["CMD", "program"]');
    return { healthcheck: null, off: false };
  }
  const retries = service.number("healthcheck", "retries");
  if (retries !== null && (!Number.isInteger(retries) || retries < 1)) {
    service.wrong(["healthcheck", "retries"], "must be 1 or more", "Write a whole number");
  }
  const healthcheck = {
    test,
    intervalMs: service.duration("healthcheck", "interval") ?? defaults.intervalMs,
    timeoutMs: service.duration("healthcheck", "timeout") ?? defaults.timeoutMs,
    retries: retries ?? defaults.retries,
    startPeriodMs: service.duration("healthcheck", "start_period") ?? defaults.startPeriodMs,
  };
  return { healthcheck, off: false };
}

/** When a service is started again. */
export function readRestart(service: Reader): RestartPolicy {
  const text = service.text("restart") ?? "no";
  const [policy = "", most] = text.split(":");
  const maxRetries = most === undefined ? null : Number(most);
  const good = maxRetries === null || (policy === "on-failure" && Number.isInteger(maxRetries) && maxRetries > 0);
  if (good && (policy === "no" || policy === "always" || policy === "on-failure" || policy === "unless-stopped")) {
    return { policy, maxRetries };
  }
  const hint = "Write no, always, unless-stopped, on-failure or on-failure:5";
  service.wrong(["restart"], `is ${text}, which is no policy`, hint);
  return { policy: "no", maxRetries: null };
}

const conditions: Readonly<Record<string, Condition>> = {
  service_started: "started",
  service_healthy: "healthy",
  service_completed_successfully: "completed",
};

/** What a service waits for, as it is written; the dependency's own signs of readiness are added later. */
export function readDependencies(service: Reader): Dependency[] {
  return service.entries("depends_on").map(([name, one]) => ({
    service: name,
    condition: conditions[one.text("condition") ?? "service_started"] ?? "started",
    required: one.flag("required") ?? true,
    restart: one.flag("restart") ?? false,
  }));
}

/** The pattern and the port by which a service shows that it is ready. */
export function readReady(service: Reader): { logReady: string | null; portReady: number | null } {
  const logReady = service.text("x-aistack", "log-ready");
  const portReady = service.number("x-aistack", "port-ready");
  try {
    if (logReady !== null) new RegExp(logReady);
  } catch {
    service.wrong(["x-aistack", "log-ready"], "is no regular expression", "Mend the pattern");
  }
  if (portReady !== null && !isPort(portReady)) {
    service.wrong(["x-aistack", "port-ready"], "must be a port, 1 to 65535", "Write the port inside the container");
  }
  return { logReady, portReady };
}
