import { type Store, sinkNames } from "../engine/stores/store.ts";
import { committedBytes } from "../engine/telemetry/committed.ts";
import type { Cursor } from "../engine/telemetry/cursor.ts";
import { type RotateReport, rotate } from "../engine/telemetry/rotate.ts";
import { coveredBy, discover, listSources, ownTelemetry } from "../engine/telemetry/sources.ts";
import type { Stack } from "./stack.ts";

/** Rotates the stack's own logs that are due, by the configuration; never what some sink has not taken. */
export async function rotateLogs(
  stack: Stack,
  store: Store | null,
  { dryRun, force, signal }: { readonly dryRun: boolean; readonly force: boolean; readonly signal: AbortSignal },
): Promise<RotateReport> {
  const { values } = stack.config;
  const own = [ownTelemetry(stack.config)];
  const followed = listSources(stack.config).filter(({ enabled }) => enabled);
  const cursors: Cursor[] = [];
  if (store !== null) for (const sink of sinkNames) cursors.push(...(await store.cursors(sink, stack.emit)));
  return rotate(
    {
      files: discover(own)
        .filter(({ rotatedFrom }) => rotatedFrom === null)
        .map(({ file }) => file),
      maxBytes: values["rotation.maxBytes"],
      maxAgeHours: values["rotation.maxAgeHours"],
      at: values["rotation.at"],
      compression: values["rotation.compression"],
      retention: {
        days: values["rotation.retentionDays"],
        count: values["rotation.retentionCount"],
        bytes: values["rotation.retentionBytes"],
      },
      dryRun,
      force,
      lockTimeoutMs: values["telemetry.lockTimeoutMs"],
      committed: (dev, ino) => committedBytes(cursors, sinkNames.length, `${dev}:${ino}`),
      followed: coveredBy(followed.map(({ pattern }) => pattern)),
    },
    { signal },
  );
}
