import { verbs } from "./argv.ts";
import { parseLogLine } from "./log-line.ts";
import { containerName } from "./names.ts";
import type { Podman } from "./podman.ts";
import type { LogLine } from "./state.ts";

/** Which part of the logs is read. */
export interface LogsRequest {
  readonly follow: boolean;
  readonly tail: number | null;
  readonly since: string | null;
}

async function* linesOf(
  podman: Pick<Podman, "stream">,
  project: string,
  service: string,
  request: LogsRequest,
  signal: AbortSignal,
): AsyncGenerator<LogLine> {
  await using stream = podman.stream(verbs.logs(containerName(project, service), request), { signal });
  for await (const line of stream.lines) {
    if (line.text !== "") yield parseLogLine(service, line);
  }
}

// What the container wrote to its two outputs comes in two streams; within one service the times put them in order.
async function* inTime(sources: AsyncGenerator<LogLine>[]): AsyncGenerator<LogLine> {
  const heads = await Promise.all(sources.map(async (source) => ({ source, head: await source.next() })));
  for (;;) {
    const open = heads.filter(({ head }) => head.done !== true);
    const [first, ...rest] = open;
    if (first === undefined) return;
    const timeOf = ({ head }: (typeof open)[number]) => (head.done === true ? "" : (head.value.at ?? ""));
    const earliest = rest.reduce((best, one) => (timeOf(one) < timeOf(best) ? one : best), first);
    if (earliest.head.done !== true) yield earliest.head.value;
    earliest.head = await earliest.source.next();
  }
}

async function* asTheyCome(sources: AsyncGenerator<LogLine>[]): AsyncGenerator<LogLine> {
  const take = (source: AsyncGenerator<LogLine>) => {
    const taken: { ready: boolean; result: IteratorResult<LogLine> | null; done: Promise<void> } = {
      ready: false,
      result: null,
      done: Promise.resolve(),
    };
    taken.done = source.next().then((result) => {
      taken.ready = true;
      taken.result = result;
      wake.resolve();
    });
    return taken;
  };
  let wake = Promise.withResolvers<void>();
  const pending = sources.map((source) => ({ source, taken: take(source) }));
  while (pending.length > 0) {
    await wake.promise;
    wake = Promise.withResolvers<void>();
    for (const one of [...pending]) {
      if (!one.taken.ready) continue;
      const { result } = one.taken;
      if (result === null || result.done === true) {
        pending.splice(pending.indexOf(one), 1);
        continue;
      }
      one.taken = take(one.source);
      yield result.value;
    }
  }
}

/** The logs of services, merged: by time when they are read to their end, as they come when they are followed. */
export async function* readLogs(
  podman: Pick<Podman, "stream">,
  project: string,
  services: readonly string[],
  request: LogsRequest,
  { signal }: { readonly signal: AbortSignal },
): AsyncGenerator<LogLine> {
  const sources = services.map((service) => linesOf(podman, project, service, request, signal));
  try {
    yield* request.follow ? asTheyCome(sources) : inTime(sources);
  } finally {
    await Promise.allSettled(sources.map((source) => source.return(undefined)));
  }
}
