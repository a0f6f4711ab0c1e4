import { stringify } from "yaml";
import { concealEnvironment, concealText, concealWords, hideValues } from "./conceal.ts";
import { bytesText, durationText } from "./quantity.ts";
import type { Dependency, Manifest, Mount, PlacedFile, SecretSource, Service } from "./service.ts";

type Data = Readonly<Record<string, unknown>>;

// What is empty is left out, as a person would leave it out.
function tidy(data: Data): Data {
  const isEmpty = (value: unknown) =>
    value === null ||
    value === undefined ||
    value === false ||
    (Array.isArray(value) && value.length === 0) ||
    (typeof value === "object" && !Array.isArray(value) && Object.keys(value).length === 0);
  return Object.fromEntries(Object.entries(data).filter(([, value]) => !isEmpty(value)));
}

// Every text of plain data, but not its keys, changed in one way.
function eachText(value: unknown, change: (text: string) => string): unknown {
  if (typeof value === "string") return change(value);
  if (Array.isArray(value)) return value.map((one: unknown) => eachText(one, change));
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, eachText(inner, change)]));
}

function volumeOf(mount: Mount, made: readonly string[]): unknown {
  if (mount.type === "bind" && made.includes(mount.source)) {
    const [selinux] = mount.options.filter((option) => option === "z" || option === "Z");
    const others = mount.options.filter((option) => option !== selinux);
    return tidy({
      type: "bind",
      source: mount.source,
      target: mount.target,
      read_only: mount.readOnly,
      bind: { create_host_path: true, ...(selinux === undefined ? {} : { selinux }) },
      "x-options": others.length > 0 ? others.join(",") : null,
    });
  }
  const options = [...(mount.readOnly ? ["ro"] : []), ...mount.options].join(",");
  return [mount.source, mount.target, ...(options === "" ? [] : [options])].join(":");
}

function temporaryOf({ target, options, readOnly }: Mount): string {
  const words = [...(readOnly ? ["ro"] : []), ...options];
  return words.length === 0 ? target : `${target}:${words.join(",")}`;
}

function dependsOn(dependencies: readonly Dependency[]): Data {
  const conditions = new Map<string, Dependency>();
  for (const one of dependencies) {
    if (!conditions.has(one.service) || one.condition === "healthy") conditions.set(one.service, one);
  }
  const words = { healthy: "service_healthy", completed: "service_completed_successfully" };
  return Object.fromEntries(
    [...conditions].map(([name, { condition, required, restart }]) => [
      name,
      {
        condition: condition === "healthy" || condition === "completed" ? words[condition] : "service_started",
        ...(restart ? { restart } : {}),
        ...(required ? {} : { required }),
      },
    ]),
  );
}

function healthcheckOf({ healthcheck, healthcheckOff }: Service): Data | null {
  if (healthcheck === null) return healthcheckOff ? { disable: true } : null;
  return {
    test: ["CMD", ...concealWords(healthcheck.test)],
    interval: durationText(healthcheck.intervalMs),
    timeout: durationText(healthcheck.timeoutMs),
    retries: healthcheck.retries,
    start_period: durationText(healthcheck.startPeriodMs),
  };
}

function deployOf(service: Service): Data {
  const { cpus, memoryBytes, pids, memoryReservationBytes } = service;
  const limits = tidy({ cpus, memory: memoryBytes === null ? null : bytesText(memoryBytes), pids });
  const reserved = memoryReservationBytes === null ? null : { memory: bytesText(memoryReservationBytes) };
  return tidy({ resources: tidy({ limits, reservations: reserved }) });
}

function buildOf({ build }: Service): Data | null {
  if (build === null) return null;
  const { context, containerfile, target, args } = build;
  return tidy({ context, dockerfile: containerfile, target, args: concealEnvironment(args) });
}

function serviceOf(service: Service, manifest: Manifest): Data {
  const placed = new Map<string, PlacedFile>(manifest.files.map((file) => [file.path, file]));
  const volumes = service.mounts.filter(({ type, source }) => type !== "tmpfs" && !placed.has(source));
  const { policy, maxRetries } = service.restart;
  const configs = service.mounts.flatMap(({ source, target }) => {
    const file = placed.get(source);
    return file === undefined ? [] : [{ source: file.name, target }];
  });
  const ports = service.ports.map(({ hostIp, hostPort, containerPort, protocol }) => ({
    target: containerPort,
    ...(hostPort === null ? {} : { published: String(hostPort) }),
    host_ip: hostIp,
    protocol,
  }));
  const data = tidy({
    image: service.image,
    build: buildOf(service),
    entrypoint: service.entrypoint === null ? null : concealWords(service.entrypoint),
    command: service.command === null ? null : concealWords(service.command),
    environment: concealEnvironment(service.environment),
    ports,
    volumes: volumes.map((mount) => volumeOf(mount, manifest.directories)),
    tmpfs: service.mounts.filter(({ type }) => type === "tmpfs").map(temporaryOf),
    configs,
    secrets: service.secrets.map(({ mode, ...rest }) => tidy({ ...rest, mode: mode === null ? null : octal(mode) })),
    networks: service.networks,
    depends_on: dependsOn(service.dependsOn),
    healthcheck: healthcheckOf(service),
    restart: maxRetries === null ? policy : `${policy}:${maxRetries}`,
    deploy: deployOf(service),
    user: service.user,
    userns_mode: service.usernsMode,
    working_dir: service.workingDirectory,
    read_only: service.readOnly,
    cap_drop: service.capDrop,
    cap_add: service.capAdd,
    security_opt: service.securityOpt,
    init: service.init,
    stop_signal: service.stopSignal,
    stop_grace_period: durationText(service.stopGraceMs),
    labels: concealEnvironment(service.labels),
    profiles: service.profiles,
    "x-aistack": tidy({
      tier: service.tier,
      "log-ready": service.logReady,
      "port-ready": service.portReady,
      breaker: service.breaker,
    }),
  });
  // An empty command is not the image's own.
  return { ...data, ...(service.command?.length === 0 ? { command: [] } : {}), ...emptyEntrypoint(service) };
}

function emptyEntrypoint({ entrypoint }: Service): Data {
  return entrypoint?.length === 0 ? { entrypoint: [] } : {};
}

function octal(mode: number): string {
  return mode.toString(8).padStart(4, "0");
}

function secretOf(source: SecretSource): Data {
  switch (source.kind) {
    case "generated":
      return { "x-aistack": { generate: true } };
    case "file":
      return { file: source.path };
    case "environment":
      return { environment: source.variable };
    case "external":
      return { external: true };
  }
}

function each<T>(names: readonly string[], value: (name: string) => T): Record<string, T> {
  return Object.fromEntries(names.map((name) => [name, value(name)]));
}

/**
 * The stack as plain data in Compose's words: read again, it means the same. Secrets are concealed, and so are the
 * values of `hidden` wherever they stand.
 */
export function composeOf(manifest: Manifest, hidden: readonly string[]): Data {
  const text = (data: unknown) => eachText(data, (one) => hideValues(one, hidden).replaceAll("$", "$$$$"));
  const { services, secretSources, files } = manifest;
  return tidy({
    name: manifest.project,
    services: Object.fromEntries(services.map((service) => [service.name, text(serviceOf(service, manifest))])),
    networks: each(manifest.networks, () => null),
    volumes: each(manifest.volumes, () => null),
    secrets: Object.fromEntries(Object.entries(secretSources).map(([name, source]) => [name, text(secretOf(source))])),
    configs: Object.fromEntries(files.map((file) => [file.name, { content: text(concealText(file.text)) }])),
  });
}

/** The stack as a Compose file; `hidden` as for `composeOf`. */
export function composeText(manifest: Manifest, hidden: readonly string[]): string {
  // Older readers take `no` for false and `10:10` for a number; written for them, both are quoted.
  const options = { version: "1.1", lineWidth: 0, blockQuote: "literal", aliasDuplicateObjects: false } as const;
  return stringify(composeOf(manifest, hidden), options);
}
