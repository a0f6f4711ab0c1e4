import { cutText } from "../../engine/base/text.ts";
import { Failure } from "../../engine/errors.ts";

/** How a podman command ended that did not end well. */
export interface Ended {
  readonly argv: readonly string[];
  readonly exitCode: number;
  readonly stderr: string;
}

// Podman logs warnings to the same place; the sentence that matters begins with "Error:".
function sentenceOf(stderr: string): string {
  const lines = stderr.trim().split("\n");
  const said = lines.findLast((line) => line.startsWith("Error:")) ?? lines.at(-1) ?? "";
  return cutText(said.replace(/^Error: /, ""), 600);
}

/**
 * What a podman command's failure means: `full`, `held` (a port or a name is taken), `dependency` (an image is not to be
 * had), `failed` (126, 127: the container's own command cannot run) or `podman` (125 and all else).
 */
export function podmanFailure({ argv, exitCode, stderr }: Ended, what: string): Failure {
  const why = sentenceOf(stderr) || `podman ${argv[0]} ended with ${exitCode} and said nothing`;
  const cause = new Error(stderr.trim());
  if (/no space left on device|disk quota exceeded/i.test(stderr)) {
    return new Failure("full", {
      what,
      why,
      hint: "Make room where Podman keeps its data. Type: podman system df",
      cause,
    });
  }
  const port = /(?:listen \w+ \S*:|bind for \S*:|expose port \S*:|port )(\d+)/i.exec(stderr)?.[1];
  if (/address already in use|port is already allocated/i.test(stderr)) {
    const hint = port === undefined ? "Type: ss -ltnp" : `Type: ss -ltnp 'sport = :${port}'`;
    return new Failure("held", { what, why, hint, cause });
  }
  if (/name .* is (already )?in use|already exists/i.test(stderr)) {
    return new Failure("held", { what, why, hint: "Type: podman ps --all", cause });
  }
  if (
    /did not resolve to an alias|pinging container registry|initializing source|manifest unknown|unable to copy from source|pull access denied|image not known|unable to find .* in local storage/i.test(
      stderr,
    )
  ) {
    const hint = "Look at the image's name and the network. Type: aistack pull";
    return new Failure("dependency", { what, why, hint, cause });
  }
  if (/permission denied/i.test(stderr) && /(lstat|stat|mkdir|open|chown|volume|mount)/i.test(stderr)) {
    const hint = "Give the container's user access to that path, or use a named volume";
    return new Failure("failed", { what, why, hint, cause });
  }
  if (/statfs .*no such file or directory/i.test(stderr)) {
    return new Failure("config", { what, why, hint: "Make that directory, or change the service's volumes", cause });
  }
  if (exitCode === 126) {
    return new Failure("failed", {
      what,
      why: `its command cannot be run (126): ${why}`,
      hint: "Look at the service's command and the image",
      cause,
    });
  }
  if (exitCode === 127) {
    return new Failure("failed", {
      what,
      why: `its command is not in the image (127): ${why}`,
      hint: "Look at the service's command and the image",
      cause,
    });
  }
  return new Failure("podman", {
    what,
    why: exitCode === 125 ? why : `${why} (podman ended with ${exitCode})`,
    hint: "Type: aistack doctor",
    cause,
  });
}

/** What a program that cannot be started means. */
export function podmanMissing(command: string, cause: unknown): Failure {
  return new Failure("podman", {
    what: "Podman was not run",
    why: `there is no program ${command} here`,
    hint: "Everything embedded works without it. To install it, type: aistack doctor",
    cause,
  });
}

/** What a podman command that does not answer means. */
export function podmanSilent(argv: readonly string[], timeoutMs: number): Failure {
  return new Failure("podman", {
    what: `podman ${argv[0]} was ended`,
    why: `it did not answer within ${timeoutMs} ms`,
    hint: "Type: podman info; if that hangs too, look for a podman process that holds its lock: ps -C podman",
  });
}
