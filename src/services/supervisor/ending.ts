/** What Podman's events told about the end of a container's run. */
export interface Ending {
  readonly died: boolean;
  /** Whether `podman kill` came before it. */
  readonly killed: boolean;
  /** Whether Podman cleaned up after it without starting it again. */
  readonly leftAlone: boolean;
  /** Whether a restart is under way: Podman's own, or one that somebody asked for. */
  readonly restarting: boolean;
}

/** A run about whose end nothing was told. */
export const noEnding: Ending = { died: false, killed: false, leftAlone: false, restarting: false };

/** What is known about an ending after one more event. */
export function tellEnding(before: Ending, what: string): Ending {
  switch (what) {
    case "kill":
      return { ...before, killed: true };
    case "died":
      return { ...before, died: true };
    case "cleanup":
      return { ...before, leftAlone: before.died };
    case "restart":
      return { ...noEnding, restarting: true };
    case "start":
    case "remove":
      return noEnding;
    default:
      return before;
  }
}

/**
 * Whether somebody stopped a container with `podman stop`. Newer versions say so, asked for only where needed; all of
 * them clean up without a restart only where their own policy asks for none, and after a stop whatever the policy is. A
 * kill is no wish: it is how one tries whether a service comes back.
 */
export async function wasStopped(
  { died, killed, leftAlone, restarting }: Ending,
  policy: "no" | "always" | "on-failure" | "unless-stopped",
  askPodman: () => Promise<boolean | null>,
): Promise<boolean> {
  if (!died || killed || !leftAlone || restarting) return false;
  return policy === "always" || policy === "unless-stopped" || (await askPodman()) === true;
}
