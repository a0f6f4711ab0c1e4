import { type ComposeNode, map, type ScalarNode, scalar } from "./node.ts";

const shortForm =
  /^(?:(?:(?<ip>\[[0-9a-fA-F:.]+\]|[0-9.]+):)?(?<host>[0-9]*(?:-[0-9]+)?):)?(?<inside>[0-9]+(?:-[0-9]+)?)(?:\/(?<protocol>[a-z]+))?$/;

function range(text: string): number[] | null {
  const [first = Number.NaN, last = first] = text.split("-").map(Number);
  if (!isPort(first) || !isPort(last) || last < first) return null;
  return Array.from({ length: last - first + 1 }, (_, index) => first + index);
}

/** Whether a number can be a port. */
export function isPort(port: number): boolean {
  return Number.isInteger(port) && port >= 1 && port <= 65_535;
}

function long(node: ScalarNode, port: number, host: number | null, ip: string, protocol: string): ComposeNode {
  return map(
    [
      ["target", scalar(port, node)],
      ...(host === null ? [] : [["published", scalar(String(host), node)] as const]),
      ...(ip === "" ? [] : [["host_ip", scalar(ip, node)] as const]),
      ["protocol", scalar(protocol, node)],
    ],
    node,
  );
}

/** The long form of a short port such as `127.0.0.1:8080-8081:80-81/tcp`, one node a port; null when it is no port. */
export function longPorts(node: ScalarNode): ComposeNode[] | null {
  const { ip = "", host = "", inside = "", protocol = "tcp" } = shortForm.exec(String(node.value))?.groups ?? {};
  const targets = range(inside);
  const hosts = host === "" ? [] : range(host);
  if (targets === null || hosts === null || (hosts.length > 0 && hosts.length !== targets.length)) return null;
  const address = ip.replace(/^\[|\]$/g, "");
  return targets.map((port, index) => long(node, port, hosts[index] ?? null, address, protocol));
}
