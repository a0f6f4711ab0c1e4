import type { Machine } from "../../engine/machine.ts";
import { isSecretName } from "./conceal.ts";
import type { Finding } from "./finding.ts";
import { entry, type MapNode } from "./node.ts";
import type { Manifest, Port, Service } from "./service.ts";

interface Linting {
  readonly file: MapNode;
  readonly manifest: Manifest;
}

function say(
  { file }: Linting,
  level: Finding["level"],
  rule: string,
  service: Service,
  key: string,
  message: string,
  hint: string,
): Finding {
  const [top = ""] = key.split(".");
  const place =
    entry(file, "services", service.name, top)?.place ?? entry(file, "services", service.name)?.place ?? null;
  return { level, rule, service: service.name, key, place, message, hint };
}

const everywhere = new Set(["0.0.0.0", "::", ""]);

function clash(a: Port, b: Port): boolean {
  if (a.hostPort === null || a.hostPort !== b.hostPort || a.protocol !== b.protocol) return false;
  return a.hostIp === b.hostIp || everywhere.has(a.hostIp) || everywhere.has(b.hostIp);
}

function* lintPorts(linting: Linting): Iterable<Finding> {
  const all = linting.manifest.services.flatMap((service) => service.ports.map((port) => ({ service, port })));
  for (const [index, { service, port }] of all.entries()) {
    const twin = all.slice(0, index).find((other) => clash(other.port, port));
    if (twin !== undefined) {
      const message = `publishes host port ${port.hostPort}, and so does ${twin.service.name}`;
      yield say(linting, "error", "port", service, "ports", message, "Give one of them another port");
    }
    if (everywhere.has(port.hostIp) && port.hostPort !== null) {
      const message = `publishes port ${port.hostPort} on all interfaces`;
      const hint = `Write "127.0.0.1:${port.hostPort}:${port.containerPort}"`;
      yield say(linting, "warning", "open-port", service, "ports", message, hint);
    }
  }
}

function tagOf(image: string): string | null {
  const name = image.split("/").at(-1) ?? "";
  if (name.includes("@")) return "digest";
  return name.includes(":") ? (name.split(":")[1] ?? null) : null;
}

function* lintService(linting: Linting, service: Service): Iterable<Finding> {
  const tag = tagOf(service.image);
  if (service.build === null && (tag === null || tag === "latest")) {
    const message = `takes ${service.image}, which is another image tomorrow`;
    yield say(linting, "warning", "tag", service, "image", message, "Name a version or a digest");
  }
  if (service.memoryBytes === null || service.cpus === null) {
    const missing = [service.memoryBytes === null ? "memory" : "", service.cpus === null ? "CPU" : ""];
    const message = `has no limit of ${missing.filter((one) => one !== "").join(" and ")}`;
    yield say(linting, "warning", "limit", service, "deploy", message, "Write mem_limit: 512m and cpus: 1");
  }
  for (const [name, value] of Object.entries(service.environment)) {
    if (!isSecretName(name, value)) continue;
    const message = "is a secret in the environment, where every listing shows it";
    yield say(linting, "warning", "secret", service, `environment.${name}`, message, "Give it under secrets: instead");
  }
  for (const { service: name, condition } of service.dependsOn) {
    const on = linting.manifest.services.find((one) => one.name === name);
    if (condition === "healthy" && on?.healthcheck === null && on.healthcheckOff) {
      const message = `waits until ${name} is healthy, and its health check is switched off`;
      const hint = `Give ${name} a healthcheck or x-aistack: {port-ready: PORT}`;
      yield say(linting, "error", "health", service, `depends_on.${name}`, message, hint);
    } else if (condition === "healthy" && on?.healthcheck === null) {
      const message = `waits until ${name} is healthy, and ${name} has no health check unless its image brings one`;
      const hint = `Give ${name} a healthcheck or x-aistack: {port-ready: PORT}`;
      yield say(linting, "warning", "health", service, `depends_on.${name}`, message, hint);
    }
    if (
      condition === "completed" &&
      on !== undefined &&
      on.restart.policy !== "no" &&
      on.restart.policy !== "on-failure"
    ) {
      const message = `waits until ${name} has ended, and ${name} is always started again`;
      yield say(linting, "error", "restart", service, `depends_on.${name}`, message, `Write restart: "no" for ${name}`);
    }
  }
  for (const { source, options } of service.mounts) {
    if (!options.includes("Z")) continue;
    const other = linting.manifest.services.find(
      (one) => one !== service && one.mounts.some((mount) => mount.source === source),
    );
    if (other === undefined) continue;
    const message = `relabels ${source} for itself with Z, and ${other.name} mounts it too`;
    yield say(linting, "warning", "label", service, "volumes", message, "Write z");
  }
}

function mebibytes(bytes: number): string {
  return `${Math.floor(bytes / 1024 / 1024)} MiB`;
}

/** The memory that the limits of all services add up to; a service without a limit counts as nothing. */
export function sumOfLimits(services: readonly Service[]): number {
  return services.reduce((sum, { memoryBytes }) => sum + (memoryBytes ?? 0), 0);
}

/** What is wrong with a resolved stack, and what could be better; `measured` says that nobody chose the tier by hand. */
export function lintServices(file: MapNode, manifest: Manifest, machine: Machine, measured: boolean): Finding[] {
  const linting = { file, manifest };
  const sum = sumOfLimits(manifest.services);
  const message = `has memory limits that add up to ${mebibytes(sum)}, and there are ${mebibytes(machine.memoryBytes)}`;
  const overfull: Finding = {
    level: measured ? "error" : "warning",
    rule: "memory",
    service: null,
    key: "",
    place: null,
    message,
    hint: "Lower mem_limit of some services, or choose a smaller tier with --tier",
  };
  return [
    ...lintPorts(linting),
    ...manifest.services.flatMap((service) => [...lintService(linting, service)]),
    ...(sum > machine.memoryBytes ? [overfull] : []),
  ];
}
