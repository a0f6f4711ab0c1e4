import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { until } from "../engine/telemetry/writing.ts";
import type { StandInOptions } from "./qdrant.ts";

/** The Qdrant stand-in as a process of its own, which can be killed, stopped and started again on its port. */
export interface QdrantProcess extends AsyncDisposable {
  readonly url: string;
  readonly port: number;
  /** Kills it at once, as a power loss does, and waits until it is gone. */
  kill(): Promise<void>;
  start(): Promise<void>;
  /** Stops it without ending it. */
  freeze(): void;
  thaw(): void;
  /** What was against the interface description so far. */
  violations(): string;
  /** How many points a collection has. */
  count(collection: string): Promise<number>;
}

/** Starts the stand-in; it ends with its scope, which fails when something was against the interface description. */
export async function startQdrantProcess(
  options: Omit<StandInOptions, "refusePayload">,
  headers: Readonly<Record<string, string>> = {},
): Promise<QdrantProcess> {
  let child: ChildProcess | null = null;
  let complained = "";
  let port = options.port ?? 0;
  const scheme = options.tls ? "https" : "http";

  const start = async () => {
    const script = join(import.meta.dirname, "qdrant-server.ts");
    const started = spawn(process.execPath, [script, JSON.stringify({ ...options, port })], {
      stdio: ["ignore", "pipe", "pipe"],
    });
    child = started;
    let said = "";
    started.stdout.on("data", (part) => {
      said += part;
    });
    started.stderr.on("data", (part) => {
      complained += part;
    });
    await until(() => said.includes("\n") || started.exitCode !== null);
    port = Number(/^ready (\d+)/.exec(said)?.[1] ?? 0);
    if (port === 0) throw new Error(`the stand-in did not start: ${complained}`);
  };
  const kill = async () => {
    const going = child;
    child = null;
    if (!going || going.exitCode !== null || going.signalCode !== null) return;
    const ended = once(going, "exit");
    going.kill("SIGKILL");
    await ended;
  };

  await start();
  return {
    get url() {
      return `${scheme}://127.0.0.1:${port}`;
    },
    get port() {
      return port;
    },
    kill,
    start,
    freeze: () => void child?.kill("SIGSTOP"),
    thaw: () => void child?.kill("SIGCONT"),
    violations: () => complained,
    async count(collection) {
      const answer = await fetch(`${scheme}://127.0.0.1:${port}/collections/${collection}/points/count`, {
        method: "POST",
        headers: { "content-type": "application/json", ...headers },
        body: "{}",
      });
      const { result } = JSON.parse(await answer.text());
      return Number(result.count);
    },
    async [Symbol.asyncDispose]() {
      await kill();
      if (complained !== "") throw new Error(`against Qdrant's interface description:\n${complained}`);
    },
  };
}
