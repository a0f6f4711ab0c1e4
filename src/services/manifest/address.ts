import { BlockList, isIP } from "node:net";
import type { Service } from "./service.ts";

const own = new BlockList();
own.addSubnet("127.0.0.0", 8, "ipv4");
own.addAddress("0.0.0.0", "ipv4");
own.addAddress("::1", "ipv6");
own.addAddress("::", "ipv6");

/** Whether an address means the machine that uses it, and so another place inside a container than outside. */
export function meansThisMachine(host: string): boolean {
  const bare = host.replace(/^\[|\]$/g, "");
  const family = isIP(bare);
  if (family !== 0) return own.check(bare, family === 4 ? "ipv4" : "ipv6");
  return bare.startsWith("/") || /^(.+\.)?localhost\.?$/i.test(bare);
}

/** A service's own name and port in the stack's networks. */
export interface Inside {
  readonly service: Service;
  readonly port: number;
}

/** The service that publishes a port of this machine. */
export function publisherOf(services: readonly Service[], hostPort: number): Inside | null {
  for (const service of services) {
    const port = service.ports.find(
      (one) =>
        one.hostPort === hostPort && one.protocol === "tcp" && (one.hostIp === "" || meansThisMachine(one.hostIp)),
    );
    if (port !== undefined) return { service, port: port.containerPort };
  }
  return null;
}

/** An URL that leads to another host and port and is else as it was written; null when it is none. */
export function redirect(url: string, host: string, port: number): string | null {
  if (!URL.canParse(url)) return null;
  const { protocol, username, password, pathname, search } = new URL(url);
  const user = username === "" ? "" : `${username}${password === "" ? "" : `:${password}`}@`;
  const path = pathname === "/" && search === "" && !url.endsWith("/") ? "" : pathname;
  return `${protocol}//${user}${host}:${port}${path}${search}`;
}

/** Host and port of an URL; null when it is none. */
export function placeOf(url: string): { host: string; port: number } | null {
  if (!URL.canParse(url)) return null;
  const { hostname, port, protocol } = new URL(url);
  return { host: hostname, port: port === "" ? (protocol === "https:" ? 443 : 80) : Number(port) };
}
