import { readFileSync } from "node:fs";

const commands: readonly (readonly [RegExp, string])[] = [
  [/\b(debian|ubuntu|linuxmint|pop)\b/, "Type: sudo apt-get install podman"],
  [/\b(fedora|rhel|centos|rocky|almalinux)\b/, "Type: sudo dnf install podman"],
  [/\b(arch|manjaro)\b/, "Type: sudo pacman -S podman"],
  [/\b(opensuse|suse|sles)\b/, "Type: sudo zypper install podman"],
  [
    /\bnixos\b/,
    "Write into configuration.nix: virtualisation.podman.enable = true; then type: sudo nixos-rebuild switch",
  ],
  [/\balpine\b/, "Type: sudo apk add podman"],
];

/** How to get Podman on a system, told by the text of its `/etc/os-release`; `darwin` for macOS. */
export function installHint(system: string): string {
  if (system === "darwin") return "Type: brew install podman && podman machine init && podman machine start";
  const ids = [...system.matchAll(/^(?:ID|ID_LIKE)="?([^"\n]*)"?$/gm)].map(([, text]) => text).join(" ");
  const known = commands.find(([pattern]) => pattern.test(ids.toLowerCase().replaceAll("-", " ")));
  return known?.[1] ?? "See https://podman.io/docs/installation";
}

/** The text that says which system this is. */
export function thisSystem(): string {
  if (process.platform === "darwin") return "darwin";
  try {
    return readFileSync("/etc/os-release", "utf8");
  } catch {
    return "";
  }
}
