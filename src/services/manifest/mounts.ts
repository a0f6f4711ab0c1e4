import { type ComposeNode, map, type ScalarNode, scalar } from "./node.ts";

/** What may stand after the second colon of a mount, beside `ro` and `rw`. */
export const mountOptions: readonly string[] = [
  ...["z", "Z", "U", "nocopy", "exec", "noexec", "suid", "nosuid", "dev", "nodev"],
  ...["tmpcopyup", "notmpcopyup"],
  ...["shared", "rshared", "slave", "rslave", "private", "rprivate"],
];

/** Whether a mount's source is a path and not the name of a volume. */
export function isPath(source: string): boolean {
  return /^[./~]/.test(source);
}

/**
 * The long form of a short mount such as `./data:/data:ro,z`; null when it is none. Options that the long form has no
 * word for stay together under `x-options`.
 */
export function longMount(node: ScalarNode): ComposeNode | null {
  const [source, target, options = "", ...rest] = String(node.value).split(":");
  if (!source || !target || rest.length > 0) return null;
  const words = options === "" ? [] : options.split(",");
  if (words.some((word) => !["ro", "rw", ...mountOptions].includes(word))) return null;
  const kept = words.filter((word) => word !== "ro" && word !== "rw");
  return map(
    [
      ["type", scalar(isPath(source) ? "bind" : "volume", node)],
      ["source", scalar(source, node)],
      ["target", scalar(target, node)],
      ["read_only", scalar(words.includes("ro"), node)],
      ["x-options", scalar(kept.join(","), node)],
    ],
    node,
  );
}
