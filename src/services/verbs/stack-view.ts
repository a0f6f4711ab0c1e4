import { Failure } from "../../engine/errors.ts";
import { pause } from "../../engine/pause.ts";
import type { Stack } from "../stack.ts";
import { type LogsRequest, readLogs } from "../supervisor/logs.ts";
import type { CommandRun, LogLine, ServiceState } from "../supervisor/state.ts";
import { readUsage } from "../supervisor/stats.ts";
import type { Supervisor } from "../supervisor/supervisor.ts";
import { holdSupervision } from "../supervisor/supervisor-lock.ts";
import { nothing, openStage } from "./open-stage.ts";
import { supervisorOf } from "./supervise.ts";

const usageSeconds = 5;
const againMs = 5000;

/** The stack as it is now, for whoever shows it; it is kept up from here unless another process does that already. */
export interface StackView extends AsyncDisposable {
  readonly project: string;
  /** Whether this process brings back what dies. */
  readonly heals: boolean;
  /** Every service as last measured. */
  readonly states: readonly ServiceState[];
  /** The podman commands that were run, oldest first. */
  readonly runs: readonly CommandRun[];
  /** The merged logs of services. */
  logs(
    services: readonly string[],
    request: LogsRequest,
    options: { readonly signal: AbortSignal },
  ): AsyncIterable<LogLine>;
}

async function holdOrLook(home: string): Promise<Disposable | null> {
  try {
    return await holdSupervision(home);
  } catch (error) {
    if (error instanceof Failure && error.code === "held") return null;
    throw error;
  }
}

// One `podman stats` over everything that runs; it is started again when it ends, for example because nothing ran.
async function measure(supervisor: Supervisor, stage: Awaited<ReturnType<typeof openStage>>, signal: AbortSignal) {
  while (!signal.aborted) {
    try {
      for await (const usage of readUsage(stage.podman, [], { intervalSeconds: usageSeconds, signal })) {
        supervisor.measured(usage);
      }
    } catch (error) {
      if (signal.aborted) return;
      stage.say({ type: "podman.lost", what: "stats", why: String(error), retryMs: againMs });
    }
    await pause(againMs, { signal });
  }
}

/** Opens a view of the stack: one event stream, one stats stream and a slow comparison; closing it stops no container. */
export async function openStackView(stack: Stack): Promise<StackView> {
  const end = new AbortController();
  const { signal } = end;
  const stage = await openStage(stack, nothing);
  const hold = await holdOrLook(stack.config.home);
  const supervisor = await supervisorOf(stack, stage, { heals: hold !== null, signal });
  const running = Promise.allSettled([supervisor.run(), measure(supervisor, stage, signal)]);
  return {
    project: stage.manifest.project,
    heals: hold !== null,
    get states() {
      return supervisor.states;
    },
    get runs() {
      return stage.podman.runs;
    },
    logs: (services, request, options) => readLogs(stage.podman, stage.manifest.project, services, request, options),
    async [Symbol.asyncDispose]() {
      end.abort();
      await running;
      hold?.[Symbol.dispose]();
    },
  };
}
