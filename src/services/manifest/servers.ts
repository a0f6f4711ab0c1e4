import { type Config, environmentName, parseTyped, type SettingKey } from "../../engine/config.ts";
import type { BreakerName } from "../../engine/guards/names.ts";
import type { SecretName } from "../../engine/secrets.ts";
import { placeOf, redirect } from "./address.ts";
import type { Service } from "./service.ts";

/** A server that a service of ours is told to use. */
export interface Server {
  /** The setting to change for another server. */
  readonly setting: SettingKey;
  readonly host: string;
  readonly port: number;
  readonly secret: SecretName;
  /** The breaker of the stack's own service of this kind. */
  readonly breaker: BreakerName;
  /** The environment that leads to another place. */
  told(host: string, port: number): Readonly<Record<string, string>>;
  /** What leads to the stack's own service, as it is typed. */
  typed(port: number): string;
}

/** A setting as a service has it: what its environment says, else the configuration; null means unset. */
export function valueFor({ environment }: Service, { values }: Config, key: SettingKey): string | null {
  const text = environment[environmentName(key)];
  const value = text === undefined || text === "" ? values[key] : parseTyped(key, text);
  return value === null ? null : String(value);
}

function byUrl(service: Service, config: Config, kind: "qdrant" | "embeddings"): Server[] {
  const setting = `${kind}.url` as const;
  const url = valueFor(service, config, setting);
  const place = url === null ? null : placeOf(url);
  if (url === null || place === null) return [];
  return [
    {
      setting,
      ...place,
      secret: `${kind}_api_key`,
      breaker: kind,
      told: (host, port) => ({ [environmentName(setting)]: redirect(url, host, port) ?? url }),
      typed: (port) => `aistack config set ${setting} ${redirect(url, "127.0.0.1", port)}`,
    },
  ];
}

function postgres(service: Service, config: Config): Server[] {
  const host = valueFor(service, config, "postgres.host");
  const port = valueFor(service, config, "postgres.port");
  if (valueFor(service, config, "store.kind") !== "postgres" || host === null || port === null) return [];
  return [
    {
      setting: "postgres.host",
      host,
      port: Number(port),
      secret: "postgres_password",
      breaker: "postgresql",
      told: (toHost, toPort) => ({
        [environmentName("postgres.host")]: toHost,
        [environmentName("postgres.port")]: String(toPort),
      }),
      typed: (toPort) => `aistack config set postgres.host 127.0.0.1; aistack config set postgres.port ${toPort}`,
    },
  ];
}

/** The servers in use of a service that is told these groups of settings. */
export function serversOf(service: Service, groups: readonly string[], config: Config): Server[] {
  return [
    ...(groups.includes("store") && groups.includes("postgres") ? postgres(service, config) : []),
    ...(groups.includes("qdrant") ? byUrl(service, config, "qdrant") : []),
    ...(groups.includes("embeddings") ? byUrl(service, config, "embeddings") : []),
  ];
}
