import type { BreakerName } from "../../engine/guards/names.ts";

/** When a service that others depend on counts as ready. */
export type Condition = "started" | "healthy" | "completed" | "log" | "port";

/** One service that another one waits for. */
export interface Dependency {
  readonly service: string;
  readonly condition: Condition;
  /** Whether the stack may not start without it. */
  readonly required: boolean;
  /** Whether the dependent restarts when this one does. */
  readonly restart: boolean;
}

/** How a container is asked whether it is well; `test` is an argv run inside it. */
export interface Healthcheck {
  readonly test: readonly string[];
  readonly intervalMs: number;
  readonly timeoutMs: number;
  readonly retries: number;
  readonly startPeriodMs: number;
}

/** One published port; `hostPort` null lets the system choose. */
export interface Port {
  readonly hostIp: string;
  readonly hostPort: number | null;
  readonly containerPort: number;
  readonly protocol: "tcp" | "udp";
}

/** One mount; `source` is a path (bind), a volume's name (volume) or empty (tmpfs). */
export interface Mount {
  readonly type: "bind" | "volume" | "tmpfs";
  readonly source: string;
  readonly target: string;
  readonly readOnly: boolean;
  /** Podman's mount options such as `z`, `U`, `size=64m`. */
  readonly options: readonly string[];
}

/** One secret given to a container as a file. */
export interface SecretUse {
  readonly source: string;
  readonly target: string;
  readonly mode: number | null;
  readonly uid: string | null;
  readonly gid: string | null;
}

/** When a container that ended is started again. */
export interface RestartPolicy {
  readonly policy: "no" | "always" | "on-failure" | "unless-stopped";
  readonly maxRetries: number | null;
}

/** An image that is built here; `containerfile` lies in `context`. */
export interface Build {
  readonly context: string;
  readonly containerfile: string;
  readonly target: string | null;
  readonly args: Readonly<Record<string, string>>;
}

/** One service of the stack, fully resolved: no variable, no default left open. */
export interface Service {
  readonly name: string;
  readonly image: string;
  readonly build: Build | null;
  readonly command: readonly string[] | null;
  readonly entrypoint: readonly string[] | null;
  readonly environment: Readonly<Record<string, string>>;
  readonly ports: readonly Port[];
  readonly mounts: readonly Mount[];
  readonly networks: readonly string[];
  readonly dependsOn: readonly Dependency[];
  readonly healthcheck: Healthcheck | null;
  /** Whether the image's own health check is switched off too. */
  readonly healthcheckOff: boolean;
  readonly restart: RestartPolicy;
  readonly cpus: number | null;
  readonly memoryBytes: number | null;
  readonly memoryReservationBytes: number | null;
  readonly pids: number | null;
  readonly securityOpt: readonly string[];
  readonly readOnly: boolean;
  readonly capAdd: readonly string[];
  readonly capDrop: readonly string[];
  readonly user: string | null;
  readonly usernsMode: string | null;
  readonly workingDirectory: string | null;
  readonly stopGraceMs: number;
  readonly stopSignal: string | null;
  readonly init: boolean;
  readonly labels: Readonly<Record<string, string>>;
  readonly secrets: readonly SecretUse[];
  readonly profiles: readonly string[];
  /** The smallest tier that runs it. */
  readonly tier: "minimal" | "standard" | "full";
  /** A pattern whose line in the log says that it is ready. */
  readonly logReady: string | null;
  /** A published or internal port that accepts once it is ready. */
  readonly portReady: number | null;
  /** The breaker that guards calls to it. */
  readonly breaker: BreakerName | null;
}

/** Where a secret comes from: made here when first needed, a file, a variable, or it is in Podman already. */
export type SecretSource =
  | { readonly kind: "generated" }
  | { readonly kind: "file"; readonly path: string }
  | { readonly kind: "environment"; readonly variable: string }
  | { readonly kind: "external" };

/** A file that must lie at `path` before the containers start; its path changes with its text. */
export interface PlacedFile {
  readonly name: string;
  readonly path: string;
  readonly text: string;
}

/** The whole stack as data. */
export interface Manifest {
  readonly project: string;
  readonly services: readonly Service[];
  readonly networks: readonly string[];
  readonly volumes: readonly string[];
  /** Names of secrets that services use. */
  readonly secrets: readonly string[];
  readonly secretSources: Readonly<Record<string, SecretSource>>;
  /** Configuration files that services mount. */
  readonly files: readonly PlacedFile[];
  /** Directories that are made before the containers start. */
  readonly directories: readonly string[];
}
