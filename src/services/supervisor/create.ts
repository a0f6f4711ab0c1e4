import type { Mount, Port, SecretUse, Service } from "../manifest/service.ts";
import { configHash } from "./hash.ts";
import { containerName, labels, scopedName } from "./names.ts";

/** What a container is created with: the command line, and what Podman's environment must hold for it. */
export interface CreateCommand {
  readonly argv: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
}

/** Where containers are made. */
export interface CreatePlace {
  readonly project: string;
  /** Whether systemd runs Podman's health timers here. */
  readonly timers: boolean;
  /** Secrets that Podman has already under their own names. */
  readonly external: ReadonlySet<string>;
  /** Whether Podman runs as root. */
  readonly root: boolean;
}

// Podman reads these itself, so they cannot come to the container through its environment.
const podmanReads =
  /^(PATH|HOME|USER|LOGNAME|SHELL|TMPDIR|PWD|LANG|LC_.*|TZ|LD_.*|GO.*|XDG_.*|CONTAINER.*|PODMAN.*|BUILDAH.*|STORAGE_.*|REGISTRY_.*|NOTIFY_SOCKET|LISTEN_.*|DBUS_.*|https?_proxy|no_proxy|HTTPS?_PROXY|NO_PROXY|SSL_.*|DOCKER_.*|_.*)$/;

function published({ hostIp, hostPort, containerPort, protocol }: Port): string {
  const ip = hostIp.includes(":") ? `[${hostIp}]` : hostIp;
  const place = hostIp === "" ? `${hostPort ?? ""}` : `${ip}:${hostPort ?? ""}`;
  return `${place}${place === "" ? "" : ":"}${containerPort}/${protocol}`;
}

function mounted({ type, source, target, readOnly, options }: Mount, project: string): string[] {
  const all = [...(readOnly ? ["ro"] : []), ...options];
  const end = all.length === 0 ? "" : `:${all.join(",")}`;
  if (type === "tmpfs") return ["--tmpfs", `${target}${end}`];
  return ["--volume", `${type === "volume" ? scopedName(project, source) : source}:${target}${end}`];
}

function secretOf({ source, target, mode, uid, gid }: SecretUse, { project, external }: CreatePlace): string {
  const rest = [
    `target=${target}`,
    ...(mode === null ? [] : [`mode=${mode.toString(8).padStart(4, "0")}`]),
    ...(uid === null ? [] : [`uid=${uid}`]),
    ...(gid === null ? [] : [`gid=${gid}`]),
  ];
  return [external.has(source) ? source : scopedName(project, source), ...rest].join(",");
}

function seconds(ms: number): string {
  return `${ms / 1000}s`;
}

function healthArgv({ healthcheck, healthcheckOff }: Service, timers: boolean): string[] {
  if (healthcheck === null) return healthcheckOff ? ["--no-healthcheck"] : [];
  const { test, intervalMs, timeoutMs, retries, startPeriodMs } = healthcheck;
  return [
    "--health-cmd",
    JSON.stringify(test),
    "--health-interval",
    timers ? seconds(intervalMs) : "disable",
    "--health-timeout",
    seconds(timeoutMs),
    "--health-retries",
    String(retries),
    "--health-start-period",
    seconds(startPeriodMs),
  ];
}

function restartOf({ restart: { policy, maxRetries } }: Service): string {
  return policy === "on-failure" && maxRetries !== null ? `on-failure:${maxRetries}` : policy;
}

function environmentArgv(environment: Readonly<Record<string, string>>) {
  const given: Record<string, string> = {};
  const argv: string[] = [];
  for (const [name, value] of Object.entries(environment)) {
    if (podmanReads.test(name)) argv.push("--env", `${name}=${value}`);
    else {
      argv.push("--env", name);
      given[name] = value;
    }
  }
  return { argv, given };
}

const under = (path: string) => (path.startsWith("/") ? path : `/run/secrets/${path}`);

/**
 * `podman run` or `podman create` of one service. Environment values travel in Podman's own environment and secrets by
 * name, so neither is on the command line.
 */
export function createCommand(verb: "run" | "create", service: Service, place: CreatePlace): CreateCommand {
  const { project } = place;
  const environment = environmentArgv(service.environment);
  const named: Readonly<Record<string, string>> = {
    ...service.labels,
    [labels.project]: project,
    [labels.service]: service.name,
    [labels.hash]: configHash(service),
  };
  const each = (flag: string, values: readonly string[]) => values.flatMap((value) => [flag, value]);
  const one = (flag: string, value: string | number | null) => (value === null ? [] : [flag, String(value)]);
  // Podman 4 cannot make the places of secrets on a read-only root unless they lie on a file system of their own.
  const secretsDirectory =
    service.readOnly && service.secrets.some(({ target }) => under(target).startsWith("/run/secrets/"))
      ? ["--tmpfs", "/run/secrets:mode=0755,size=1m"]
      : [];
  const argv = [
    ...(verb === "run" ? ["run", "--detach"] : ["create"]),
    "--name",
    containerName(project, service.name),
    "--pull=never",
    ...each(
      "--label",
      Object.entries(named).map(([name, value]) => `${name}=${value}`),
    ),
    ...service.networks.flatMap((name) => ["--network", `${scopedName(project, name)}:alias=${service.name}`]),
    ...each("--publish", service.ports.map(published)),
    ...service.mounts.flatMap((mount) => mounted(mount, project)),
    ...secretsDirectory,
    ...each(
      "--secret",
      service.secrets.map((use) => secretOf(use, place)),
    ),
    ...environment.argv,
    ...healthArgv(service, place.timers),
    "--restart",
    restartOf(service),
    ...one("--cpus", service.cpus),
    ...one("--memory", service.memoryBytes === null ? null : `${service.memoryBytes}b`),
    ...one(
      "--memory-reservation",
      service.memoryReservationBytes === null ? null : `${service.memoryReservationBytes}b`,
    ),
    ...one("--pids-limit", service.pids),
    ...each("--security-opt", service.securityOpt),
    // What may be written is said by the service alone, as Compose has it.
    ...(service.readOnly ? ["--read-only", "--read-only-tmpfs=false"] : []),
    ...each("--cap-add", service.capAdd),
    ...each("--cap-drop", service.capDrop),
    ...one("--user", service.user),
    // As root everybody keeps his id already, and Podman refuses the words.
    ...one("--userns", place.root && service.usernsMode?.startsWith("keep-id") ? null : service.usernsMode),
    ...one("--workdir", service.workingDirectory),
    "--stop-timeout",
    String(Math.ceil(service.stopGraceMs / 1000)),
    ...one("--stop-signal", service.stopSignal),
    ...(service.init ? ["--init"] : []),
    ...(service.entrypoint === null ? [] : ["--entrypoint", JSON.stringify(service.entrypoint)]),
    service.image,
    ...(service.command ?? []),
  ];
  return { argv, environment: environment.given };
}
