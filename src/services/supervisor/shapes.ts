import * as z from "zod";

/** `podman version --format json`, 4.3 to 5.x. */
export const versionShape = z.object({
  Client: z.object({ Version: z.string() }),
});

/** `podman info --format json`, the parts that matter here. */
export const infoShape = z.object({
  host: z.object({
    cgroupManager: z.string(),
    cgroupVersion: z.string(),
    eventLogger: z.string().default(""),
    networkBackend: z.string().default(""),
    ociRuntime: z.object({ name: z.string(), version: z.string().default("") }),
    security: z.object({ rootless: z.boolean() }),
    idMappings: z
      .object({
        uidmap: z.array(z.object({ container_id: z.int(), host_id: z.int(), size: z.int() })).nullish(),
      })
      .nullish(),
  }),
  store: z.object({
    graphDriverName: z.string(),
    graphRoot: z.string(),
    graphRootAllocated: z.number().default(0),
    graphRootUsed: z.number().default(0),
  }),
  version: z.object({ Version: z.string() }),
});

const portShape = z.object({
  host_ip: z.string().default(""),
  container_port: z.int(),
  host_port: z.int(),
  range: z.int().default(1),
  protocol: z.string(),
});

/** `podman ps --all --format json`. */
export const listShape = z.array(
  z.object({
    Id: z.string(),
    Names: z.array(z.string()),
    Image: z.string(),
    ImageID: z.string(),
    Labels: z.record(z.string(), z.string()).nullable(),
    State: z.string(),
    Status: z.string(),
    ExitCode: z.int(),
    StartedAt: z.number(),
    ExitedAt: z.number(),
    Pid: z.int(),
    Ports: z.array(portShape).nullable(),
    Restarts: z.int().optional(),
  }),
);

/** `podman inspect CONTAINER`. */
export const inspectShape = z.array(
  z.object({
    Id: z.string(),
    Name: z.string(),
    Image: z.string(),
    RestartCount: z.int().default(0),
    State: z.object({
      Status: z.string(),
      Pid: z.int(),
      ConmonPid: z.int().default(0),
      ExitCode: z.int(),
      Error: z.string().default(""),
      OOMKilled: z.boolean().default(false),
      StartedAt: z.string(),
      StoppedByUser: z.boolean().optional(),
      Health: z
        .object({
          Status: z.string(),
          FailingStreak: z.int(),
          Log: z.array(z.object({ ExitCode: z.int(), Output: z.string() })).nullish(),
        })
        .nullish(),
    }),
  }),
);

/** One line of `podman events --format json`: 4.x gives `Time` as text, 5.x `time` and `timeNano` as numbers. */
export const eventShape = z.object({
  ID: z.string().default(""),
  Name: z.string().default(""),
  Type: z.string(),
  Status: z.string(),
  Time: z.string().optional(),
  time: z.number().optional(),
  timeNano: z.number().optional(),
  ContainerExitCode: z.int().optional(),
  health_status: z.string().optional(),
  Attributes: z.record(z.string(), z.string()).nullish(),
});

/** One frame of `podman stats --format json`. */
export const statsShape = z.array(
  z.object({
    id: z.string(),
    name: z.string(),
    cpu_percent: z.string(),
    mem_usage: z.string(),
  }),
);

/** `podman images --format json`. */
export const imagesShape = z.array(
  z.object({
    Id: z.string(),
    Names: z.array(z.string()).nullish(),
    Dangling: z.boolean().optional(),
  }),
);

/** `podman volume ls --format json` and `podman network ls --format json`: only the names matter. */
export const namesShape = z.array(
  z.union([
    z.object({ Name: z.string() }).transform(({ Name }) => Name),
    z.object({ name: z.string() }).transform(({ name }) => name),
  ]),
);

/** What is meant to run from a home, as its file says. */
export const wantedShape = z.strictObject({
  version: z.literal(1),
  project: z.string(),
  epoch: z.int(),
  files: z.array(z.string()),
  profiles: z.array(z.string()),
  tier: z.string().nullable(),
  /** Services that were asked for by name, whatever their profile and tier. */
  named: z.array(z.string()),
  services: z.record(z.string(), z.boolean()),
});

/** What is meant to run; `epoch` grows with every wish, so that a wanted stop is never taken for a crash. */
export type Wanted = z.infer<typeof wantedShape>;

const judgedPhase = z.enum(["stopped", "completed", "failed", "backoff", "crash loop"]);

/** A phase that only a supervisor can tell. */
export type JudgedPhase = z.infer<typeof judgedPhase>;

export const verdictsShape = z.strictObject({
  version: z.literal(1),
  supervisor: z.strictObject({ pid: z.int(), begun: z.string() }),
  services: z.record(
    z.string(),
    z.strictObject({
      /** The container it is about; null where there was none. */
      container: z.string().nullable(),
      phase: judgedPhase.nullable(),
      why: z.string(),
      restarts: z.int(),
    }),
  ),
});

/** What a supervisor made of its services, beyond what their containers tell by themselves. */
export type Verdicts = z.infer<typeof verdictsShape>;

/** Anything that parses one kind of text. */
export type Shape<T> = z.ZodType<T>;
