import { readFileSync } from "node:fs";
import { connect } from "node:net";
import type { Service } from "../manifest/service.ts";

const listenState = "0A";

function hasListener(file: string, port: number): boolean {
  try {
    return readFileSync(file, "utf8")
      .split("\n")
      .slice(1)
      .some((line) => {
        const [, local = "", , state] = line.trim().split(/\s+/);
        return state === listenState && Number.parseInt(local.split(":").at(-1) ?? "", 16) === port;
      });
  } catch {
    return false;
  }
}

/** Whether something listens on a TCP port inside the network of a process (Linux). */
export function listensInside(pid: number, port: number): boolean {
  return hasListener(`/proc/${pid}/net/tcp`, port) || hasListener(`/proc/${pid}/net/tcp6`, port);
}

/** Whether a service's published port accepts from this machine; false where it is not published. */
export async function acceptsOutside(service: Service, port: number, timeoutMs: number): Promise<boolean> {
  const published = service.ports.find((one) => one.containerPort === port && one.protocol === "tcp");
  if (published?.hostPort == null) return false;
  const host = published.hostIp === "" || published.hostIp === "0.0.0.0" ? "127.0.0.1" : published.hostIp;
  const socket = connect({ host, port: published.hostPort });
  try {
    return await new Promise<boolean>((resolve) => {
      socket.once("connect", () => resolve(true));
      socket.once("error", () => resolve(false));
      socket.setTimeout(timeoutMs, () => resolve(false));
    });
  } finally {
    socket.destroy();
  }
}
