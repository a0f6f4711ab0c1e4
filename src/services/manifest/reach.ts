import { existsSync } from "node:fs";
import { resolve } from "node:path";
import { type Config, environmentName } from "../../engine/config.ts";
import { secretFile } from "../generated-secrets.ts";
import { type Inside, meansThisMachine, publisherOf } from "./address.ts";
import type { Report } from "./finding.ts";
import { entry, type MapNode } from "./node.ts";
import type { Inactive } from "./select.ts";
import { type Server, serversOf, valueFor } from "./servers.ts";
import type { Dependency, Mount, SecretSource, SecretUse, Service } from "./service.ts";

/** What decides how a service of ours reaches servers from inside its container. */
export interface Reaching {
  readonly file: MapNode;
  readonly config: Config;
  readonly all: readonly Service[];
  readonly inactive: readonly Inactive[];
  readonly secretSources: Readonly<Record<string, SecretSource>>;
  readonly report: Report;
}

function groupsOf(file: MapNode, service: string): string[] {
  const found = entry(file, "services", service, "x-aistack", "settings");
  return found?.kind === "list" ? found.items.flatMap((one) => (one.kind === "scalar" ? [String(one.value)] : [])) : [];
}

function waitsFor(dependencies: readonly Dependency[], { service }: Inside): Dependency[] {
  const shows = service.healthcheck !== null || service.portReady !== null || service.logReady !== null;
  const old = dependencies.find((one) => one.service === service.name);
  return [
    ...dependencies.filter((one) => one !== old),
    {
      service: service.name,
      condition: shows ? "healthy" : "started",
      required: true,
      restart: old?.restart ?? false,
    },
  ];
}

// Where the value of a secret lies that only its owner made; null when it is nowhere.
function sourceOf(config: Config, name: string): SecretSource | null {
  const variable = `AISTACK_SECRET_${name.toUpperCase()}`;
  if ((config.environment[variable] ?? "") !== "") return { kind: "environment", variable };
  const path = secretFile(config, name);
  return existsSync(path) ? { kind: "file", path } : null;
}

// A service without root reads its secrets as their owner; who runs by a name gets them as Podman gives them.
function secretUse(name: string, user: string | null): SecretUse {
  const [, uid = null, gid = null] = /^(\d+)(?::(\d+))?$/.exec(user ?? "") ?? [];
  return { source: name, target: name, mode: uid === null ? null : 0o400, uid, gid };
}

function unreachable(service: Service, server: Server, { file, all, inactive, report }: Reaching): void {
  const { setting, host, port, breaker } = server;
  const place = entry(file, "services", service.name, "x-aistack", "settings")?.place ?? null;
  const where = host.startsWith("/") ? host : `${host}:${port}`;
  const twin = host.startsWith("/") ? null : publisherOf(all, port);
  const off = inactive.find(({ name }) => name === twin?.service.name);
  const [profile] = twin?.service.profiles ?? [];
  const why =
    off === undefined
      ? "no service of the stack publishes that"
      : `${off.name}, which publishes it, does not run: ${off.why}`;
  const isOn = (one: Service) => !inactive.some(({ name }) => name === one.name);
  const own = all.find((one) => one.breaker === breaker && isOn(one))?.ports[0]?.hostPort ?? null;
  const address = setting === "postgres.host" ? "ADDRESS" : "http://ADDRESS:PORT";
  const elsewhere = `aistack config set ${setting} ${address} with an address of the server that is not loopback`;
  const hint = off?.why.startsWith("profile")
    ? `Type: aistack config set stack.profiles ${profile}`
    : `Type: ${elsewhere}${own === null ? "" : `; for the stack's own type: ${server.typed(own)}`}`;
  const message = `cannot reach ${setting} ${where}: in a container that is the container itself, and ${why}`;
  report({ level: "warning", rule: "reach", service: service.name, key: "x-aistack.settings", place, message, hint });
}

const pemSettings = ["postgres.caFile", "postgres.certFile", "postgres.keyFile"] as const;

// Certificates that lie outside of what the service sees anyway are put at their own place, to be read only.
function withCertificates(service: Service, config: Config): Service {
  if (valueFor(service, config, "postgres.tls") === "off") return service;
  const environment: Record<string, string> = { ...service.environment };
  const mounts: Mount[] = [...service.mounts];
  for (const setting of pemSettings) {
    const given = valueFor(service, config, setting);
    if (given === null) continue;
    const path = resolve(given);
    environment[environmentName(setting)] = path;
    const over = mounts.filter(({ target }) => path === target || path.startsWith(`${target}/`));
    const nearest = over.toSorted((a, b) => b.target.length - a.target.length)[0];
    if (nearest?.type === "bind" || !existsSync(path)) continue;
    mounts.push({ type: "bind", source: path, target: path, readOnly: true, options: [] });
  }
  return { ...service, environment, mounts };
}

function reachOne(service: Service, reaching: Reaching, sources: Record<string, SecretSource>): Service {
  const { file, config, all, inactive } = reaching;
  const off = new Set(inactive.map(({ name }) => name));
  const near = all.filter(
    (one) =>
      one.name !== service.name && !off.has(one.name) && one.networks.some((name) => service.networks.includes(name)),
  );
  let done = service;
  for (const server of serversOf(service, groupsOf(file, service.name), config)) {
    const isHere = meansThisMachine(server.host);
    const inside = isHere && !server.host.startsWith("/") ? publisherOf(near, server.port) : null;
    if (server.secret === "postgres_password") done = withCertificates(done, config);
    if (inside !== null) {
      const environment = { ...done.environment, ...server.told(inside.service.name, inside.port) };
      done = { ...done, environment, dependsOn: waitsFor(done.dependsOn, inside) };
    } else if (isHere && !off.has(service.name)) unreachable(service, server, reaching);
    const { secret } = server;
    const source = sources[secret] ?? sourceOf(config, secret);
    const isMade = source?.kind !== "generated" || inside !== null || sourceOf(config, secret) !== null;
    if (source === null || !isMade || done.secrets.some((one) => one.source === secret)) continue;
    sources[secret] = source;
    done = { ...done, secrets: [...done.secrets, secretUse(secret, done.user)] };
  }
  return done;
}

/**
 * The services, with those that are told settings of servers able to use these: an address that means this machine
 * becomes the name of the service that publishes its port, which is waited for, and the secrets in use are given as
 * files. An address that leads nowhere from a container is reported.
 */
export function reachServers(reaching: Reaching): {
  services: Service[];
  secretSources: Readonly<Record<string, SecretSource>>;
} {
  const secretSources = { ...reaching.secretSources };
  const services = reaching.all.map((service) => reachOne(service, reaching, secretSources));
  return { services, secretSources };
}
