import { cutText } from "../../engine/base/text.ts";
import { readTime } from "../../engine/base/time.ts";
import { Failure } from "../../engine/errors.ts";
import type { Container, Health, Image, Inspected, Machine, PodmanEvent, Usage } from "./container.ts";
import {
  eventShape,
  imagesShape,
  infoShape,
  inspectShape,
  listShape,
  namesShape,
  type Shape,
  statsShape,
  versionShape,
} from "./shapes.ts";

/** Parses what a podman command printed; fails with `podman`, showing how the text begins. */
function parsePrinted<T>(shape: Shape<T>, text: string, command: string): T {
  let why: string;
  try {
    const result = shape.safeParse(JSON.parse(text));
    if (result.success) return result.data;
    const [issue] = result.error.issues;
    why = `${issue?.path.join(".") ?? ""}: ${issue?.message ?? ""}`;
  } catch {
    why = "it is not JSON";
  }
  throw new Failure("podman", {
    what: `What podman ${command} printed was not understood`,
    why: `${why}; it begins with ${JSON.stringify(cutText(text, 80))}`,
    hint: "Podman 4.3 or newer is needed. Type: podman version; aistack doctor",
  });
}

function isoOf(seconds: number): string | null {
  return seconds > 0 ? new Date(seconds * 1000).toISOString() : null;
}

function healthWord(text: string): Health {
  return text === "healthy" || text === "unhealthy" || text === "starting" ? text : "none";
}

function healthOf(status: string): Health {
  return healthWord(/\((healthy|unhealthy|starting)\)/.exec(status)?.[1] ?? "");
}

/** `podman ps --all --format json` as containers. */
export function parseContainers(text: string): Container[] {
  return parsePrinted(listShape, text.trim() === "" ? "[]" : text, "ps").map((one) => ({
    id: one.Id,
    name: one.Names[0] ?? "",
    image: one.Image,
    imageId: one.ImageID,
    labels: one.Labels ?? {},
    state: one.State.toLowerCase(),
    health: healthOf(one.Status),
    exitCode: one.ExitCode,
    startedAt: isoOf(one.StartedAt),
    exitedAt: isoOf(one.ExitedAt),
    pid: one.Pid,
    // Podman gives them in any order.
    ports: (one.Ports ?? [])
      .map(
        ({ host_ip, host_port, container_port, protocol }) =>
          `${host_ip === "" ? "0.0.0.0" : host_ip}:${host_port}->${container_port}/${protocol}`,
      )
      .toSorted(),
    restarts: one.Restarts ?? null,
  }));
}

/** `podman inspect` of containers. */
export function parseInspected(text: string): Inspected[] {
  return parsePrinted(inspectShape, text, "inspect").map(({ Id, Name, State, RestartCount }) => {
    const last = State.Health?.Log?.at(-1);
    return {
      id: Id,
      name: Name,
      state: State.Status,
      pid: State.Pid,
      conmonPid: State.ConmonPid,
      exitCode: State.ExitCode,
      error: State.Error,
      outOfMemory: State.OOMKilled,
      restarts: RestartCount,
      stoppedByUser: State.StoppedByUser ?? null,
      lastCheck: last === undefined ? null : { exitCode: last.ExitCode, output: last.Output },
      failingStreak: State.Health?.FailingStreak ?? 0,
    };
  });
}

/** One line of `podman events --format json`. */
export function parseEvent(line: string): PodmanEvent {
  const event = parsePrinted(eventShape, line, "events");
  const milliseconds =
    event.timeNano !== undefined ? event.timeNano / 1e6 : event.time === undefined ? null : event.time * 1000;
  return {
    what: event.Status,
    id: event.ID,
    name: event.Name,
    at: readTime(event.Time ?? milliseconds) || null,
    // 4.3 leaves a 0 out; 5.x tells it again when the container is removed.
    exitCode: event.Status.endsWith("died") ? (event.ContainerExitCode ?? 0) : null,
    health: event.health_status === undefined ? null : healthWord(event.health_status),
    labels: event.Attributes ?? {},
  };
}

const units: Readonly<Record<string, number>> = { b: 1, kb: 1e3, mb: 1e6, gb: 1e9, tb: 1e12, pb: 1e15 };

function bytesOf(text: string): number | null {
  const [, number, unit = ""] = /^([\d.]+)\s*([a-zA-Z]+)$/.exec(text.trim()) ?? [];
  const factor = units[unit.toLowerCase()];
  return number === undefined || factor === undefined ? null : Math.round(Number(number) * factor);
}

/** One frame of `podman stats --format json`. */
export function parseUsage(text: string): Usage[] {
  return parsePrinted(statsShape, text, "stats").map(({ name, cpu_percent, mem_usage }) => {
    const [used = "", limit = ""] = mem_usage.split("/");
    const percent = Number.parseFloat(cpu_percent);
    return {
      name,
      cpuPercent: Number.isNaN(percent) ? null : percent,
      memoryBytes: bytesOf(used),
      memoryLimitBytes: bytesOf(limit),
    };
  });
}

/** `podman version --format json` as the version's text. */
export function parseVersion(text: string): string {
  return parsePrinted(versionShape, text, "version").Client.Version;
}

/** `podman info --format json`. */
export function parseMachine(text: string): Machine {
  const { host, store, version } = parsePrinted(infoShape, text, "info");
  const mapped = host.idMappings?.uidmap ?? null;
  return {
    version: version.Version,
    rootless: host.security.rootless,
    runtime: host.ociRuntime.name,
    cgroupVersion: host.cgroupVersion,
    cgroupManager: host.cgroupManager,
    networkBackend: host.networkBackend,
    eventLogger: host.eventLogger,
    storeDriver: store.graphDriverName,
    storeRoot: store.graphRoot,
    storeFreeBytes: store.graphRootAllocated === 0 ? null : store.graphRootAllocated - store.graphRootUsed,
    subordinateIds: host.security.rootless ? (mapped ?? []).reduce((sum, { size }) => sum + size, -1) : null,
  };
}

/** `podman images --format json`. */
export function parseImages(text: string): Image[] {
  const images = parsePrinted(imagesShape, text.trim() === "" ? "[]" : text, "images");
  return images.map(({ Id, Names }) => ({ id: Id, names: Names ?? [] }));
}

/** The names in `podman volume ls` or `podman network ls`, as JSON. */
export function parseNames(text: string, command: string): string[] {
  return parsePrinted(namesShape, text.trim() === "" ? "[]" : text, command);
}
