import type { Service } from "../../../src/services/manifest/service.ts";

/** The small image the tests run: a static busybox. */
export const image = "localhost/aistack-test/busybox:1";

/** A service with nothing special about it. */
export function service(name: string, over: Partial<Service> = {}): Service {
  return {
    name,
    image,
    build: null,
    command: ["sh", "-c", "trap 'exit 0' TERM; while :; do sleep 0.1; done"],
    entrypoint: null,
    environment: {},
    ports: [],
    mounts: [],
    networks: [],
    dependsOn: [],
    healthcheck: null,
    healthcheckOff: false,
    restart: { policy: "unless-stopped", maxRetries: null },
    cpus: null,
    memoryBytes: null,
    memoryReservationBytes: null,
    pids: null,
    securityOpt: [],
    readOnly: false,
    capAdd: [],
    capDrop: [],
    user: null,
    usernsMode: null,
    workingDirectory: null,
    stopGraceMs: 1000,
    stopSignal: null,
    init: false,
    labels: {},
    secrets: [],
    profiles: [],
    tier: "minimal",
    logReady: null,
    portReady: null,
    breaker: null,
    ...over,
  };
}

/** A service that runs a shell script until it is told to stop. */
export function script(name: string, text: string, over: Partial<Service> = {}): Service {
  return service(name, { command: ["sh", "-c", text], ...over });
}

/** A check that passes once a file is there. */
export function checksFile(file: string, over: Partial<NonNullable<Service["healthcheck"]>> = {}) {
  return { test: ["test", "-e", file], intervalMs: 1000, timeoutMs: 2000, retries: 3, startPeriodMs: 0, ...over };
}

/** One service that waits for another. */
export function needs(name: string, condition: "started" | "healthy" | "completed" | "log" | "port" = "started") {
  return { service: name, condition, required: true, restart: false };
}
