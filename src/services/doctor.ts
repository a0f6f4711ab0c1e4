import { accessSync, constants, existsSync, statfsSync, statSync } from "node:fs";
import { dirname, join } from "node:path";
import { errnoOf, Failure, messageOf } from "../engine/errors.ts";
import { redactionVersion } from "../engine/learning/redaction-version.ts";
import { keptByRules, uncompactedFact } from "../engine/renewal/progress.ts";
import { sinkNames } from "../engine/stores/store.ts";
import { telemetryDirectory } from "../engine/telemetry/sources.ts";
import type { Action } from "./action.ts";
import type { Check } from "./check.ts";
import { sentenceOf } from "./observe/sentence.ts";
import type { Stack } from "./stack.ts";
import { zeroYieldIn } from "./yield.ts";

// Whatever exists of a path, from its end on, must let this user write.
function isWritable(path: string): boolean {
  try {
    accessSync(path, constants.R_OK | constants.W_OK | constants.X_OK);
    return true;
  } catch (error) {
    return errnoOf(error) === "ENOENT" && dirname(path) !== path && isWritable(dirname(path));
  }
}

// Where nothing can be written, learning would fail for that reason.
function withoutLearning(checks: readonly Check[], home: string): readonly Check[] {
  if (isWritable(home)) return checks;
  const hint = `This user may not write there; make it writable or give another place with --home. Type: ls -ld ${home}`;
  return checks.map((check) => (/aistack learn(?! --rejected)/.test(check.hint) ? { ...check, hint } : check));
}

function checkPlace(name: string, path: string, hint: string): Check {
  try {
    accessSync(path, constants.R_OK | constants.W_OK);
    const open = (statSync(path).mode & 0o077) !== 0;
    return {
      name,
      verdict: open ? "warning" : "ok",
      found: open ? `${path} can be read by others` : path,
      hint: open ? `Type: chmod 700 ${path}` : "",
    };
  } catch (error) {
    const missing = errnoOf(error) === "ENOENT";
    const locked = `Make it writable for this user, or give another place with --home. Type: ls -ld ${path}`;
    return {
      name,
      verdict: missing ? "warning" : "failed",
      found: messageOf(error),
      hint: missing ? hint : locked,
    };
  }
}

function checkDisk(stack: Stack): Check {
  try {
    const { bavail, bsize } = statfsSync(stack.config.home);
    const free = bavail * bsize;
    const found = `${Math.floor(free / 1024 / 1024)} MiB free`;
    if (free >= stack.config.values["disk.minFreeBytes"]) return { name: "disk", verdict: "ok", found, hint: "" };
    return {
      name: "disk",
      verdict: "warning",
      found,
      hint: "Learning stops there. Make room, or rotate: aistack rotate",
    };
  } catch (error) {
    return { name: "disk", verdict: "warning", found: messageOf(error), hint: "Type: aistack learn --once" };
  }
}

async function checkStore(stack: Stack): Promise<Check[]> {
  try {
    return await checkOpenStore(stack);
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    return [{ name: "store", verdict: "failed", found: error.message, hint: error.hint }];
  }
}

function redactionHint(uncompacted: string | null): string {
  return uncompacted?.startsWith("statistics ")
    ? "As the owner of the database type in psql: VACUUM FULL pg_catalog.pg_statistic; then: aistack learn --once"
    : "It is redacted anew by the next: aistack learn --once";
}

async function checkOpenStore(stack: Stack): Promise<Check[]> {
  const store = await stack.seen();
  if (store === null) {
    return [{ name: "store", verdict: "warning", found: "nothing learned yet", hint: "Type: aistack learn --once" }];
  }
  const { ok, found, hint } = await store.health();
  const damaged: string[] = [];
  for (const sink of sinkNames) {
    await store.cursors(sink, (event) => {
      if (event.type === "cursor.corrupt") damaged.push(`${sink}: ${event.file} (${event.used} is used)`);
    });
  }
  const counts = await store.counts();
  const renewal = await store.openRenewal();
  const rules = await keptByRules(renewal);
  const uncompacted = await renewal.fact(uncompactedFact);
  const isClean = rules >= redactionVersion && uncompacted === null;
  const barren = zeroYieldIn(stack.config, await store.tallies()).map((one) =>
    sentenceOf({ type: "zero.yield", ...one }),
  );
  return [
    {
      name: "store",
      verdict: ok ? "ok" : "failed",
      found: ok ? `${counts.lessons} lessons in ${store.place}` : found,
      hint,
    },
    {
      name: "checkpoints",
      verdict: damaged.length === 0 ? "ok" : "failed",
      found: damaged.length === 0 ? "all checksums hold" : damaged.join("; "),
      hint: damaged.length === 0 ? "" : "Type: aistack learn --once",
    },
    {
      name: "redaction",
      verdict: isClean ? "ok" : "warning",
      found: isClean
        ? `everything that is kept was redacted by rules of version ${rules}`
        : `what is kept, or was before, was redacted by older rules than version ${redactionVersion}`,
      hint: isClean ? "" : redactionHint(uncompacted),
    },
    {
      name: "yield",
      verdict: barren.length === 0 ? "ok" : "warning",
      found: barren.length === 0 ? "no source gave many events and not one lesson" : barren.join("; "),
      hint:
        barren.length === 0 ? "" : "Type: aistack status; for lines that are badly written: aistack learn --rejected",
    },
  ];
}

async function checkArchives(stack: Stack, signal: AbortSignal): Promise<Check> {
  const directory = join(telemetryDirectory(stack.config), "archive");
  const { verifyArchives } = await import("../engine/telemetry/archive.ts");
  const archives = existsSync(directory) ? await verifyArchives(directory, { signal }) : [];
  const bad = archives.filter(({ ok }) => !ok);
  return {
    name: "archives",
    verdict: bad.length === 0 ? "ok" : "failed",
    found: bad.length === 0 ? `${archives.length} verified` : `${bad.length} damaged of ${archives.length}`,
    hint: bad.length === 0 ? "" : "Type: aistack rotate verify",
  };
}

async function checkEmbeddings(stack: Stack, signal: AbortSignal): Promise<Check> {
  try {
    const embedder = (await import("./learner.ts")).embedderOf(stack.config);
    const [vector] = await embedder.embed(["a short text to try the vectors with"], { signal });
    return { name: "embeddings", verdict: "ok", found: `${embedder.label}, ${vector?.length} dimensions`, hint: "" };
  } catch (error) {
    return { name: "embeddings", verdict: "failed", found: messageOf(error), hint: "Type: aistack config list" };
  }
}

// A store that cannot be asked was told already; what is kept elsewhere is tried all the same.
async function checkVectorsToo(stack: Stack, signal: AbortSignal): Promise<Check[]> {
  const { checkVectors } = await import("./check-vectors.ts");
  const store = await stack.seen().catch((error: unknown) => {
    if (error instanceof Failure) return null;
    throw error;
  });
  return checkVectors(stack.config, store, { signal });
}

/** Tries everything that learning and the stack need, for real. */
export const doctorAction: Action = {
  name: "doctor",
  sentence: "Try everything that learning and the stack need and say what to do about what is wrong",
  args: [],
  reads: true,
  isBad: ({ healthy }) => healthy !== true,
  async run(stack, _given, { signal }) {
    const checks = [
      checkPlace("home", stack.config.home, "Type: aistack learn --once"),
      checkPlace("telemetry", telemetryDirectory(stack.config), "It is made by the first event that is written"),
      checkDisk(stack),
      await (await import("./check-machine.ts")).checkMachine(stack),
      ...(await checkStore(stack)),
      await checkArchives(stack, signal),
      await checkEmbeddings(stack, signal),
      ...(await checkVectorsToo(stack, signal)),
      ...(await (await import("./verbs/podman-checks.ts")).checkPodman(stack, signal)),
    ];
    const said = withoutLearning(checks, stack.config.home);
    return { healthy: said.every(({ verdict }) => verdict !== "failed"), checks: said };
  },
};
