import type { Action, Given } from "../action.ts";
import { lazily, type Run } from "../lazily.ts";
import { conditions, shared } from "./arguments.ts";

const { service, services, profile, tier, dryRun, timeout } = shared;

const isDry = (given: Given) => given.flag("dry-run") && !given.flag("json");
const always = () => true;

function changing(load: () => Promise<Run>): Run {
  return lazily(load, isDry);
}

const bringing: readonly Action[] = [
  {
    name: "up",
    sentence: "Bring the stack up: make what is missing, make anew what changed, start the rest",
    args: [
      services,
      { name: "wait", type: "boolean", sentence: "Return once every service is ready; fail when one is not" },
      timeout,
      profile,
      tier,
      dryRun,
      {
        name: "timings",
        type: "boolean",
        sentence: "Say when each service was started and ready, and what decided it",
      },
      { name: "logs", type: "boolean", sentence: "Show the services' logs while waiting" },
      { name: "build", type: "boolean", sentence: "Build our own images anew" },
      { name: "no-build", type: "boolean", sentence: "Fail instead of building a missing image" },
      { name: "no-pull", type: "boolean", sentence: "Fail instead of pulling a missing image" },
      { name: "foreground", type: "boolean", sentence: "Stay and keep it up, as aistack supervise does" },
    ],
    reads: false,
    run: lazily(
      async () => (await import("./up.ts")).runUp,
      (given) => isDry(given) || given.flag("foreground"),
    ),
  },
  {
    name: "supervise",
    sentence: "Keep the stack as it is wanted until asked to end: check it, and restart with growing rests what dies",
    args: [],
    reads: false,
    endless: true,
    run: lazily(async () => (await import("./supervise.ts")).runSupervise, always),
  },
  {
    name: "down",
    sentence: "Stop and remove the stack's containers and networks; volumes stay",
    args: [
      { name: "volumes", type: "boolean", sentence: "Remove the volumes too, with all data in them; needs --yes" },
      { name: "yes", type: "boolean", sentence: "Yes, remove the data" },
      dryRun,
    ],
    reads: false,
    run: changing(async () => (await import("./down.ts")).runDown),
  },
  {
    name: "start",
    sentence: "Start services that were stopped, and what they need",
    args: [services, dryRun],
    reads: false,
    run: changing(async () => (await import("./running.ts")).runStart),
  },
  {
    name: "stop",
    sentence: "Stop services and leave their containers; they stay stopped until they are started",
    args: [services, dryRun],
    reads: false,
    run: changing(async () => (await import("./running.ts")).runStop),
  },
  {
    name: "restart",
    sentence: "Stop services and start them again, those that need others last",
    args: [services, dryRun],
    reads: false,
    run: changing(async () => (await import("./running.ts")).runRestart),
  },
];

const looking: readonly Action[] = [
  {
    name: "ps",
    sentence: "Show every service of the stack as Podman has it now",
    args: [services],
    reads: true,
    run: lazily(async () => (await import("./ps.ts")).runPs),
  },
  {
    name: "logs",
    sentence: "Print the services' logs merged, each line with its service's name",
    args: [
      services,
      { name: "follow", letter: "f", type: "boolean", sentence: "Go on as lines come" },
      { name: "tail", type: "number", sentence: "Only this many lines of each service" },
      { name: "since", type: "string", sentence: "Only lines since then, such as 5m, 1h or 2026-11-24T08:00:00" },
      { name: "timestamps", type: "boolean", sentence: "Show when each line was written" },
    ],
    reads: true,
    endless: true,
    run: lazily(async () => (await import("./logs.ts")).runLogs, always),
  },
  {
    name: "stats",
    sentence: "Show what the services use: CPU in per cent of one, and memory",
    args: [services, { name: "watch", type: "boolean", sentence: "Go on, every two seconds" }],
    reads: true,
    endless: true,
    run: lazily(
      async () => (await import("./watching.ts")).runStats,
      (given) => given.flag("watch"),
    ),
  },
  {
    name: "events",
    sentence: "Print what happens to the stack's containers, as it happens",
    args: [{ name: "since", type: "string", sentence: "Begin with what happened since then, such as 10m" }],
    reads: true,
    endless: true,
    run: lazily(async () => (await import("./watching.ts")).runEvents, always),
  },
  {
    name: "wait",
    sentence: "Wait until services are ready; fail with the reason when one will not be",
    args: [
      services,
      {
        name: "for",
        type: "string",
        sentence: "What to wait for; left out, what the service itself defines",
        choices: conditions,
      },
      timeout,
    ],
    reads: true,
    run: lazily(async () => (await import("./wait.ts")).runWait),
  },
];

const inside: readonly Action[] = [
  {
    name: "exec",
    sentence: "Run a command inside a service, with this terminal: aistack exec SERVICE -- command…",
    args: [service],
    reads: false,
    handsOver: true,
    takesRest: true,
    run: lazily(async () => (await import("./inside.ts")).runExec),
  },
  {
    name: "psql",
    sentence: "Open psql in a PostgreSQL service, with the stack's own password: aistack psql [SERVICE] [-- argument…]",
    args: [{ ...service, required: false, fallback: "postgres" }],
    reads: false,
    handsOver: true,
    takesRest: true,
    run: lazily(async () => (await import("./inside.ts")).runPsql),
  },
  {
    name: "redis-cli",
    sentence:
      "Open redis-cli in a Redis service, with the stack's own password: aistack redis-cli [SERVICE] [-- argument…]",
    args: [{ ...service, required: false, fallback: "redis" }],
    reads: false,
    handsOver: true,
    takesRest: true,
    run: lazily(async () => (await import("./inside.ts")).runRedisCli),
  },
  {
    name: "attach",
    sentence:
      "Connect this terminal to a service's main process; Ctrl-C leaves it, or Ctrl-P Ctrl-Q where it has a terminal of its own",
    args: [service],
    reads: false,
    handsOver: true,
    leaving: "Ctrl-C leaves it, or Ctrl-P Ctrl-Q where the service has a terminal of its own; the service goes on.",
    run: lazily(async () => (await import("./inside.ts")).runAttach),
  },
];

const images: readonly Action[] = [
  {
    name: "pull",
    sentence: "Pull the services' images anew",
    args: [services, profile, tier, dryRun],
    reads: false,
    run: changing(async () => (await import("./images.ts")).runPull),
  },
  {
    name: "build",
    sentence: "Build our own images anew",
    args: [services, profile, tier, dryRun],
    reads: false,
    run: changing(async () => (await import("./images.ts")).runBuild),
  },
  {
    name: "prune",
    sentence: "Remove containers that no service asks for any more and untagged images built for the stack",
    args: [dryRun],
    reads: false,
    run: changing(async () => (await import("./images.ts")).runPrune),
  },
];

/** What can be done with the containers of the stack. */
export const verbActions: readonly Action[] = [...bringing, ...looking, ...inside, ...images];
