import { Failure } from "../../engine/errors.ts";
import { verbs } from "./argv.ts";
import type { Usage } from "./container.ts";
import { parseUsage } from "./parse.ts";
import type { Podman } from "./podman.ts";

/**
 * What containers use, frame by frame, from one `podman stats`. The first frame is left out: its percentage is the
 * average over the container's whole life. Fails with `podman` when an error is told instead of a frame.
 */
export async function* readUsage(
  podman: Pick<Podman, "stream">,
  names: readonly string[],
  { intervalSeconds, signal }: { readonly intervalSeconds: number; readonly signal: AbortSignal },
): AsyncGenerator<Usage[]> {
  await using stream = podman.stream(verbs.stats(names, intervalSeconds), { signal });
  let frame: string[] = [];
  let isFirst = true;
  let complaint = "";
  for await (const { stream: from, text } of stream.lines) {
    if (from === "stderr") {
      if (text.startsWith("Error: ")) complaint = text.slice("Error: ".length);
      continue;
    }
    frame.push(text);
    if (text !== "]" && text !== "[]") continue;
    const usage = parseUsage(frame.join("\n"));
    frame = [];
    if (!isFirst) yield usage;
    isFirst = false;
  }
  if (isFirst && complaint !== "" && !signal.aborted) {
    const needsV2 = /cgroup/i.test(complaint);
    const hint = `${needsV2 ? "A user who is not root needs cgroup v2 for it. " : ""}Type: aistack doctor`;
    throw new Failure("podman", { what: "What the services use was not measured", why: complaint, hint });
  }
}
