import { existsSync } from "node:fs";
import { join, resolve } from "node:path";
import { Failure } from "../engine/errors.ts";
import { telemetryDirectory } from "../engine/telemetry/sources.ts";
import type { Action } from "./action.ts";

/** What can be done with logs that grew or grew old. */
export const rotateActions: readonly Action[] = [
  {
    name: "rotate",
    sentence: "Rotate the stack's own logs that are due, compress what every sink has taken, remove what is too old",
    args: [
      { name: "dry-run", type: "boolean", sentence: "Say what would be done and change nothing" },
      { name: "force", type: "boolean", sentence: "Rotate every log that is not empty" },
    ],
    reads: false,
    run: async (stack, given, { signal }) => ({
      ...(await (
        await import("./rotation.ts")
      ).rotateLogs(stack, await stack.seen(), {
        dryRun: given.flag("dry-run"),
        force: given.flag("force"),
        signal,
      })),
    }),
  },
  {
    name: "rotate verify",
    sentence: "Check every archive against what was recorded when it was made",
    args: [],
    reads: true,
    async run(stack, _given, { signal }) {
      const directory = join(telemetryDirectory(stack.config), "archive");
      const { verifyArchives } = await import("../engine/telemetry/archive.ts");
      const archives = existsSync(directory) ? await verifyArchives(directory, { signal }) : [];
      const bad = archives.filter((one) => !one.ok);
      if (bad.length > 0) {
        throw new Failure("failed", {
          what: `${bad.length} of ${archives.length} archives are damaged`,
          why: bad.map((one) => JSON.stringify(one)).join("; "),
          hint: "Move them aside; their lessons are in the store already",
        });
      }
      return { archives };
    },
  },
  {
    name: "rotate restore",
    sentence: "Unpack an archive, verified, to a new file",
    args: [
      { name: "archive", type: "string", sentence: "The archive", positional: true, required: true },
      { name: "target", type: "string", sentence: "The file to make", positional: true, required: true },
    ],
    reads: false,
    async run(_stack, given, { signal }) {
      const { restoreArchive } = await import("../engine/telemetry/archive.ts");
      const [archive, target] = ["archive", "target"].map((name) => resolve(given.text(name) ?? ""));
      return { ...(await restoreArchive(archive ?? "", target ?? "", { signal })) };
    },
  },
];
