import { readdirSync, readFileSync, readlinkSync } from "node:fs";
import { Failure } from "../../engine/errors.ts";
import type { Service } from "../manifest/service.ts";
import { readContainers } from "./look.ts";
import { containerName } from "./names.ts";
import type { Stage } from "./stage.ts";

const listenState = "0A";

function socketsOn(port: number): Set<string> {
  const found = new Set<string>();
  for (const file of ["/proc/net/tcp", "/proc/net/tcp6"]) {
    try {
      for (const line of readFileSync(file, "utf8").split("\n").slice(1)) {
        const [, local = "", , state, , , , , , inode] = line.trim().split(/\s+/);
        const at = Number.parseInt(local.split(":").at(-1) ?? "", 16);
        if (state === listenState && at === port && inode !== undefined) found.add(`socket:[${inode}]`);
      }
    } catch {
      // Not Linux: nothing is found here.
    }
  }
  return found;
}

function owns(pid: string, sockets: ReadonlySet<string>): boolean {
  try {
    return readdirSync(`/proc/${pid}/fd`).some((fd) => sockets.has(readlinkSync(`/proc/${pid}/fd/${fd}`)));
  } catch {
    return false;
  }
}

/** The process that listens on a TCP port of this machine, as far as this user may see it. */
function processOn(port: number): string | null {
  const sockets = socketsOn(port);
  if (sockets.size === 0) return null;
  try {
    const pid = readdirSync("/proc").find((name) => /^\d+$/.test(name) && owns(name, sockets));
    return pid === undefined ? null : `process ${pid} (${readFileSync(`/proc/${pid}/comm`, "utf8").trim()})`;
  } catch {
    return null;
  }
}

/** A failure for a taken port, with who has it: another container or a process. Any other failure is left as it is. */
export async function nameHolder({ podman, manifest }: Stage, service: Service, error: unknown): Promise<unknown> {
  if (!(error instanceof Failure) || error.code !== "held") return error;
  const own = containerName(manifest.project, service.name);
  const containers = await readContainers(podman).catch(() => []);
  for (const { hostPort } of service.ports) {
    if (hostPort === null) continue;
    const other = containers.find(
      ({ name, state, ports }) =>
        name !== own && state === "running" && ports.some((one) => one.includes(`:${hostPort}->`)),
    );
    const holder = other === undefined ? processOn(hostPort) : `the container ${other.name}`;
    if (holder === null) continue;
    const { what, hint, cause } = error;
    return new Failure("held", { what, why: `port ${hostPort} is taken by ${holder}`, hint, cause });
  }
  return error;
}
