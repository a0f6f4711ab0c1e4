import { Failure } from "../../engine/errors.ts";
import { verbs } from "./argv.ts";
import type { Podman, Run } from "./podman.ts";

/**
 * Removes a container, running or not. Podman 5 fails at the first try where conmon was killed, having ended the
 * container none the less, and succeeds at the second.
 */
export async function removeContainer(
  podman: Pick<Podman, "run">,
  name: string,
  graceMs: number,
  run: Run,
): Promise<void> {
  const argv = verbs.remove(name, graceMs);
  try {
    await podman.run(argv, run);
  } catch (error) {
    if (!(error instanceof Failure) || !error.why.includes("conmon exited prematurely")) throw error;
    await podman.run(argv, run);
  }
}
