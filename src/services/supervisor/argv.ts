import { labels } from "./names.ts";

/** The variable in which Podman is told a secret. */
export const secretVariable = "AISTACK_SECRET_FOR_PODMAN";

/** The podman command of every verb, as pure text; nothing here is a secret. */
export const verbs = {
  version: () => ["version", "--format", "json"],
  info: () => ["info", "--format", "json"],
  list: () => ["ps", "--all", "--no-trunc", "--format", "json"],
  listProject: (project: string) => [...verbs.list(), "--filter", `label=${labels.project}=${project}`],
  inspect: (names: readonly string[]) => ["inspect", "--type", "container", ...names],
  images: () => ["images", "--all", "--no-trunc", "--format", "json"],
  networks: () => ["network", "ls", "--format", "json"],
  volumes: () => ["volume", "ls", "--format", "json"],
  // 4.3 prints the word itself for `--format json`.
  secrets: () => ["secret", "ls", "--format", "{{.Name}}"],
  networkCreate: (name: string, project: string) => [
    "network",
    "create",
    "--label",
    `${labels.project}=${project}`,
    name,
  ],
  volumeCreate: (name: string, project: string) => [
    "volume",
    "create",
    "--label",
    `${labels.project}=${project}`,
    name,
  ],
  /** The secret itself comes through Podman's environment: its standard input must be a pipe that Node cannot make. */
  secretCreate: (name: string, project: string) => [
    "secret",
    "create",
    "--label",
    `${labels.project}=${project}`,
    "--env",
    name,
    secretVariable,
  ],
  networkRemove: (name: string) => ["network", "rm", name],
  volumeRemove: (names: readonly string[]) => ["volume", "rm", ...names],
  secretRemove: (name: string) => ["secret", "rm", name],
  start: (name: string) => ["start", name],
  unpause: (name: string) => ["unpause", name],
  stop: (name: string, graceMs: number) => ["stop", "--time", String(Math.ceil(graceMs / 1000)), name],
  remove: (name: string, graceMs: number) => ["rm", "--force", "--time", String(Math.ceil(graceMs / 1000)), name],
  healthcheck: (name: string) => ["healthcheck", "run", name],
  exec: (name: string, command: readonly string[]) => ["exec", name, ...command],
  execInput: (name: string, command: readonly string[]) => ["exec", "--interactive", name, ...command],
  execHere: (name: string, command: readonly string[], terminal: boolean) => [
    "exec",
    "--interactive",
    ...(terminal ? ["--tty"] : []),
    name,
    ...command,
  ],
  attach: (name: string) => ["attach", "--sig-proxy=false", name],
  logs: (
    name: string,
    { follow, tail, since }: { readonly follow: boolean; readonly tail: number | null; readonly since: string | null },
  ) => [
    "logs",
    "--timestamps",
    ...(follow ? ["--follow"] : []),
    ...(tail === null ? [] : ["--tail", String(tail)]),
    ...(since === null ? [] : ["--since", since]),
    name,
  ],
  /** All events of containers, from a moment on; the labels say whose they are. */
  events: (since: string | null) => [
    "events",
    "--format",
    "json",
    "--filter",
    "type=container",
    ...(since === null ? [] : ["--since", since]),
  ],
  stats: (names: readonly string[], intervalSeconds: number) => [
    "stats",
    "--format",
    "json",
    "--no-reset",
    "--interval",
    String(intervalSeconds),
    ...names,
  ],
  pull: (image: string) => ["pull", "--quiet", image],
  build: (
    image: string,
    build: { readonly context: string; readonly containerfile: string },
    rest: readonly string[],
  ) => ["build", "--tag", image, "--file", build.containerfile, ...rest, build.context],
  imagePrune: (project: string) => ["image", "prune", "--force", "--filter", `label=${labels.project}=${project}`],
} as const;

const looking = new Set([
  "version",
  "info",
  "ps",
  "inspect",
  "images",
  "events",
  "stats",
  "logs",
  "healthcheck",
  "exec",
]);

/** Whether a podman command changes containers, images, networks, volumes or secrets. */
export function changes(argv: readonly string[]): boolean {
  const [first = "", second = ""] = argv;
  return !looking.has(first) && second !== "ls" && second !== "inspect";
}
