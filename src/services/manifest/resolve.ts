import { type BreakerName, breakerNames, isBreakerName } from "../../engine/guards/names.ts";
import type { Tier } from "../../engine/tiers.ts";
import { readEnvironment } from "./environment.ts";
import type { Report } from "./finding.ts";
import type { Lookup } from "./interpolate.ts";
import type { MapNode } from "./node.ts";
import { pathFrom } from "./paths.ts";
import { openService, type Reader } from "./read.ts";
import { readDependencies, readHealthcheck, readReady, readRestart } from "./readiness.ts";
import { readResources, readTier } from "./resources.ts";
import type { Build, PlacedFile, Service } from "./service.ts";
import { readMounts, readPorts, readSecretUses } from "./storage.ts";

/** What a service is resolved with. */
export interface Resolving {
  readonly tier: Tier;
  readonly userHome: string;
  readonly lookup: Lookup;
  /** The settings of a group that are not the default, as environment variables; null for no group. */
  readonly settings: (group: string) => Readonly<Record<string, string>> | null;
  readonly files: ReadonlyMap<string, PlacedFile>;
  /** Gets every directory that is to be made before a start. */
  readonly directories: Set<string>;
  readonly report: Report;
}

function readBuild(service: Reader, userHome: string): Build | null {
  const context = service.text("build", "context");
  const node = service.node.kind === "map" ? service.node.entries.get("build") : undefined;
  if (node === undefined) return null;
  if (context === null) {
    service.wrong(["build"], "has no context", "Write context: and the directory to build in");
    return null;
  }
  if (/^[a-z]+:\/\/|^git@/.test(context)) {
    service.wrong(["build", "context"], "must be a directory", "Clone it first, and name the directory");
  }
  const inner = node.kind === "map" ? node.entries.get("context") : undefined;
  return {
    context: pathFrom(context, inner?.place.file ?? node.place.file, userHome),
    containerfile: service.text("build", "dockerfile") ?? "Dockerfile",
    target: service.text("build", "target"),
    args: Object.fromEntries(service.dictionary("build", "args").map(([name, value]) => [name, value ?? ""])),
  };
}

function readConfigs(service: Reader, files: ReadonlyMap<string, PlacedFile>): Service["mounts"] {
  return service.each("configs").flatMap((one) => {
    const source = one.text("source") ?? "";
    const file = files.get(source);
    if (file === undefined) {
      one.wrong(["source"], `names the config ${source}, which is not defined`, "Define it under configs:");
      return [];
    }
    const target = one.text("target") ?? `/${source}`;
    return [{ type: "bind" as const, source: file.path, target, readOnly: true, options: ["z"] }];
  });
}

function readSettings(service: Reader, settings: Resolving["settings"]): Record<string, string> {
  const environment: Record<string, string> = {};
  for (const group of service.texts("x-aistack", "settings") ?? []) {
    const given = settings(group);
    const hint = "Type: aistack config list";
    if (given === null) service.wrong(["x-aistack", "settings"], `names ${group}, and no setting begins so`, hint);
    Object.assign(environment, given);
  }
  return environment;
}

function readBreaker(service: Reader): BreakerName | null {
  const text = service.text("x-aistack", "breaker");
  if (text === null || isBreakerName(text)) return text;
  service.wrong(["x-aistack", "breaker"], `is ${text}, which is no breaker`, `Write ${breakerNames.join(", ")}`);
  return null;
}

const stopGraceMs = 10_000;

// Compose writes `name:value`, Podman `name=value`; that nothing gains privileges is a word without a value to both.
function securityOption(text: string): string {
  const option = text.includes("=") ? text : text.replace(":", "=");
  return option === "no-new-privileges=true" ? "no-new-privileges" : option;
}

/** One service of a merged file, fully resolved; null when it has nothing to run, which is reported. */
export function resolveService(file: MapNode, name: string, resolving: Resolving): Service | null {
  const service = openService(file, name, resolving.report);
  if (service === null) return null;
  const build = readBuild(service, resolving.userHome);
  const image = service.text("image");
  if (image === null && build === null) {
    service.wrong([], "has no image", `Write image: and its name${service.node.kind === "map" ? "" : " under it"}`);
    return null;
  }
  const { healthcheck, off: healthcheckOff } = readHealthcheck(service);
  const networks = service.entries("networks").map(([network]) => network);
  return {
    name,
    image: image ?? `localhost/${name}`,
    build,
    command: service.texts("command"),
    entrypoint: service.texts("entrypoint"),
    environment: {
      ...readSettings(service, resolving.settings),
      ...readEnvironment(service, resolving.userHome, resolving.lookup),
    },
    ports: readPorts(service),
    mounts: [
      ...readMounts(service, resolving.userHome, resolving.directories),
      ...readConfigs(service, resolving.files),
    ],
    networks: networks.length === 0 ? ["default"] : networks,
    dependsOn: readDependencies(service),
    healthcheck,
    healthcheckOff,
    restart: readRestart(service),
    ...readResources(service, resolving.tier),
    securityOpt: (service.texts("security_opt") ?? []).map(securityOption),
    readOnly: service.flag("read_only") ?? false,
    capAdd: service.texts("cap_add") ?? [],
    capDrop: service.texts("cap_drop") ?? [],
    user: service.text("user"),
    usernsMode: service.text("userns_mode"),
    workingDirectory: service.text("working_dir"),
    stopGraceMs: service.duration("stop_grace_period") ?? stopGraceMs,
    stopSignal: service.text("stop_signal"),
    init: service.flag("init") ?? false,
    labels: Object.fromEntries(service.dictionary("labels").map(([key, value]) => [key, value ?? ""])),
    secrets: readSecretUses(service),
    profiles: service.texts("profiles") ?? [],
    tier: readTier(service),
    ...readReady(service),
    breaker: readBreaker(service),
  };
}
