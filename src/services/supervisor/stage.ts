import type { Manifest } from "../manifest/service.ts";
import type { Podman } from "./podman.ts";
import type { Say } from "./said.ts";

/** What everything that works on the stack needs to know. */
export interface Stage {
  readonly podman: Podman;
  readonly manifest: Manifest;
  readonly say: Say;
  /** Whether systemd runs Podman's health timers here. */
  readonly timers: boolean;
  /** Whether Podman runs as root. */
  readonly root: boolean;
  /** Whether the containers' processes can be seen from here. */
  readonly local: boolean;
  /** For commands that change something, milliseconds. */
  readonly changeTimeoutMs: number;
  readonly unhealthyGraceMs: number;
  readonly parallel: number;
}
