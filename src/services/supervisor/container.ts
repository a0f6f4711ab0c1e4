/** What Podman says a container's check found. */
export type Health = "none" | "starting" | "healthy" | "unhealthy";

/** One container as `podman ps` shows it, the same from every Podman version. */
export interface Container {
  readonly id: string;
  readonly name: string;
  readonly image: string;
  readonly imageId: string;
  readonly labels: Readonly<Record<string, string>>;
  /** Podman's word: created, initialized, running, paused, stopping, stopped, exited, removing. */
  readonly state: string;
  readonly health: Health;
  readonly exitCode: number;
  /** ISO 8601, UTC; null before the first start. */
  readonly startedAt: string | null;
  readonly exitedAt: string | null;
  readonly pid: number;
  /** Published ports such as `127.0.0.1:8080->80/tcp`. */
  readonly ports: readonly string[];
  /** How often Podman's own restart policy started it again; null where Podman does not say. */
  readonly restarts: number | null;
}

/** What `podman inspect` adds about a container. */
export interface Inspected {
  readonly id: string;
  readonly name: string;
  readonly state: string;
  readonly pid: number;
  readonly conmonPid: number;
  readonly exitCode: number;
  readonly error: string;
  readonly outOfMemory: boolean;
  readonly restarts: number;
  /** Whether its last run was ended by `podman stop` or `podman kill`; null where Podman does not say. */
  readonly stoppedByUser: boolean | null;
  /** What the last check printed, and how it ended; null when none ran. */
  readonly lastCheck: { readonly exitCode: number; readonly output: string } | null;
  readonly failingStreak: number;
}

/** Something that happened to a container. */
export interface PodmanEvent {
  /** start, died, stop, kill, restart, remove, health_status, … */
  readonly what: string;
  readonly id: string;
  readonly name: string;
  /** ISO 8601, UTC. */
  readonly at: string | null;
  readonly exitCode: number | null;
  readonly health: Health | null;
  readonly labels: Readonly<Record<string, string>>;
}

/** What one container uses; the percentage is of one CPU. */
export interface Usage {
  readonly name: string;
  readonly cpuPercent: number | null;
  readonly memoryBytes: number | null;
  readonly memoryLimitBytes: number | null;
}

/** What `podman info` says about the machine. */
export interface Machine {
  readonly version: string;
  readonly rootless: boolean;
  readonly runtime: string;
  readonly cgroupVersion: string;
  readonly cgroupManager: string;
  readonly networkBackend: string;
  readonly eventLogger: string;
  readonly storeDriver: string;
  readonly storeRoot: string;
  readonly storeFreeBytes: number | null;
  /** How many user ids a rootless user may give to containers; null as root. */
  readonly subordinateIds: number | null;
}

/** One image on this machine. */
export interface Image {
  readonly id: string;
  readonly names: readonly string[];
}
