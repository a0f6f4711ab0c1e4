import { mountOptions } from "./mounts.ts";
import { entry } from "./node.ts";
import { pathFrom } from "./paths.ts";
import { isPort } from "./ports.ts";
import { bytesText, parseBytes } from "./quantity.ts";
import type { Reader } from "./read.ts";
import type { Mount, Port, SecretUse } from "./service.ts";

/** The published ports of a service. */
export function readPorts(service: Reader): Port[] {
  return service.each("ports").flatMap((port) => {
    const target = port.number("target");
    const published = port.text("published");
    const protocol = port.text("protocol") ?? "tcp";
    const mode = port.text("mode") ?? "ingress";
    if (target === null || !isPort(target)) {
      port.wrong(["target"], "must be a port of the container, 1 to 65535", 'Write it like "127.0.0.1:8080:80"');
      return [];
    }
    if (published !== null && published !== "" && !isPort(Number(published))) {
      port.wrong(["published"], "must be one port, 1 to 65535", 'Write it like "127.0.0.1:8080:80"');
      return [];
    }
    if (mode !== "ingress" && mode !== "host") port.wrong(["mode"], "must be host or ingress", "Remove it");
    if (protocol !== "tcp" && protocol !== "udp") {
      port.wrong(["protocol"], "must be tcp or udp", "Write tcp or udp");
      return [];
    }
    const hostPort = published === null || published === "" ? null : Number(published);
    return [{ hostIp: port.text("host_ip") ?? "0.0.0.0", hostPort, containerPort: target, protocol }];
  });
}

/** A number as files write permissions: octal, with or without a leading zero. */
export function readMode(reader: Reader, ...keys: readonly string[]): number | null {
  const node = entry(reader.node, ...keys);
  if (node?.kind !== "scalar" || node.value === null) return null;
  const digits = /^(?:0o?)?([0-7]{3,4})$/.exec(node.source)?.[1];
  if (digits === undefined) reader.wrong(keys, "must be permissions in octal", "Write it like 0440");
  return digits === undefined ? null : Number.parseInt(digits, 8);
}

function optionsOf(mount: Reader): string[] {
  const short = (mount.text("x-options") ?? "").split(",").filter((word) => word !== "");
  if (short.some((word) => !mountOptions.includes(word))) {
    mount.wrong(["x-options"], "has an option that is not understood", `Use some of ${mountOptions.join(", ")}`);
  }
  const mode = readMode(mount, "tmpfs", "mode");
  const size = mount.bytes("tmpfs", "size");
  const more = [
    mount.text("bind", "selinux"),
    mount.text("bind", "propagation"),
    mount.flag("volume", "nocopy") ? "nocopy" : null,
    size === null ? null : `size=${bytesText(size)}`,
    mode === null ? null : `mode=${mode.toString(8)}`,
  ];
  return [...new Set([...short, ...more.filter((word) => word !== null)])];
}

/** The mounts of a service, its tmpfs among them; `made` gets every directory that is to be made before a start. */
export function readMounts(service: Reader, userHome: string, made: Set<string>): Mount[] {
  const mounts = service.each("volumes").flatMap((mount): Mount[] => {
    const type = mount.text("type") ?? "volume";
    const target = mount.text("target") ?? "";
    const source = mount.text("source") ?? "";
    const readOnly = mount.flag("read_only") ?? false;
    if (type !== "bind" && type !== "volume" && type !== "tmpfs") {
      mount.wrong(["type"], `must be bind, volume or tmpfs, not ${type}`, "Use one of them");
      return [];
    }
    if (!target.startsWith("/") || target.includes(":")) {
      mount.wrong(["target"], "must be a whole path in the container, without a colon", "Write it like /data");
      return [];
    }
    if (type === "tmpfs") return [{ type, source: "", target, readOnly, options: optionsOf(mount) }];
    if (source === "" || source.includes(":")) {
      mount.wrong(["source"], "must name a volume or a path without a colon", "Write it like data:/data");
      return [];
    }
    if (type === "volume") return [{ type, source, target, readOnly, options: optionsOf(mount) }];
    const at = mount.node.kind === "map" ? mount.node.entries.get("source") : undefined;
    const path = pathFrom(source, at?.place.file ?? "", userHome);
    if (mount.flag("bind", "create_host_path") === true) made.add(path);
    return [{ type, source: path, target, readOnly, options: optionsOf(mount) }];
  });
  const temporary = (service.texts("tmpfs") ?? []).flatMap((text): Mount[] => {
    const [target = "", options = ""] = text.split(":");
    const words = options === "" ? [] : options.split(",");
    const known = (word: string) =>
      [...mountOptions, "ro", "rw"].includes(word) ||
      /^(mode|uid|gid)=\d+$/.test(word) ||
      (word.startsWith("size=") && parseBytes(word.slice("size=".length)) !== null);
    if (target.startsWith("/") && words.every(known)) {
      const rest = words.filter((word) => word !== "ro" && word !== "rw");
      return [{ type: "tmpfs", source: "", target, readOnly: words.includes("ro"), options: rest }];
    }
    service.wrong(["tmpfs"], `has ${text}, which is not understood`, "Write it like /run:size=16m,mode=1777");
    return [];
  });
  const lasting = mounts.filter(({ type }) => type !== "tmpfs");
  return [...lasting, ...mounts.filter(({ type }) => type === "tmpfs"), ...temporary];
}

/** The secrets a service gets as files. */
export function readSecretUses(service: Reader): SecretUse[] {
  return service.each("secrets").flatMap((one) => {
    const source = one.text("source");
    if (source === null) return [];
    const target = one.text("target") ?? source;
    return [{ source, target, mode: readMode(one, "mode"), uid: one.text("uid"), gid: one.text("gid") }];
  });
}
