import { type Config, type SettingKey, saveSetting } from "../engine/config.ts";
import { Failure } from "../engine/errors.ts";
import { moveAll, movedWith, sumsOf, type TableSum, wholeSum } from "../engine/stores/move.ts";
import type { Store } from "../engine/stores/store.ts";
import { tables } from "../engine/stores/tables.ts";
import type { Target } from "../engine/stores/target.ts";
import type { Plain } from "./action.ts";
import { endHint, takeHold } from "./hold.ts";
import { renewHome } from "./redaction.ts";
import { embeddedFile, type Stack } from "./stack.ts";

type Kind = "embedded" | "postgres";

const addressKeys: readonly SettingKey[] = [
  "postgres.host",
  "postgres.port",
  "postgres.database",
  "postgres.user",
  "postgres.schema",
];

async function targetOf(config: Config, kind: Kind): Promise<Target> {
  if (kind === "embedded") {
    return (await import("../engine/stores/sqlite-target.ts")).embeddedTarget(embeddedFile(config));
  }
  const { postgresAddress } = await import("../engine/stores/postgres-address.ts");
  return (await import("../engine/stores/postgres-target.ts")).postgresTarget(postgresAddress(config));
}

function refuse(why: string, hint: string): Failure {
  return new Failure("config", { what: "The store was not moved", why, hint });
}

// An earlier move may have been killed just after the switch; all that is left of it then is its mark.
async function finishEarlier(stack: Stack, to: Kind, dryRun: boolean): Promise<Plain> {
  const kept = await stack.seen();
  if (kept === null || (await movedWith(kept)) === null || dryRun) {
    return { to, moved: false, note: `everything is kept ${to} already` };
  }
  await (await (await stack.openStore()).openTables()).forget();
  return { to: kept.place, verified: true, note: "an earlier move was at its end; it is finished now" };
}

function check({ origins }: Config, to: Kind): void {
  const origin = origins["store.kind"];
  if (origin === "environment" || origin === "flag") {
    throw refuse(
      `store.kind is given by ${origin === "flag" ? "a flag" : "the environment"}, so it could not be switched`,
      "Leave it out, and type the same again",
    );
  }
  const flagged = to === "postgres" ? addressKeys.find((key) => origins[key] === "flag") : undefined;
  if (flagged) {
    throw refuse(`${flagged} is given for this run only`, `Save it first: aistack config set ${flagged} VALUE`);
  }
}

async function lessonsOf(standing: Store): Promise<string> {
  try {
    return `${(await standing.counts()).lessons} lessons`;
  } catch (error) {
    if (!(error instanceof Failure) || error.code !== "config") throw error;
    return "lessons of an older aistack";
  }
}

async function planOf(from: Store, target: Target): Promise<Plain> {
  const source = await from.openTables();
  const counts: Plain[] = [];
  for (const table of tables) counts.push({ table: table.name, rows: await source.count(table) });
  const standing = await target.standing();
  const kept = standing === null ? null : await lessonsOf(standing);
  await standing?.close();
  return {
    dryRun: true,
    from: from.place,
    to: target.place,
    tables: counts,
    putAside: kept === null ? null : `${kept} that are there now`,
  };
}

// Whether an earlier move ended after its copy was put in place and before the switch.
async function adoptedBefore(from: Store, target: Target, signal: AbortSignal): Promise<TableSum[] | null> {
  const standing = await target.standing();
  const verified = standing === null ? null : await movedWith(standing);
  await standing?.close();
  if (verified === null) return null;
  const sums = await sumsOf(from, signal);
  return wholeSum(sums) === verified ? sums : null;
}

async function move(stack: Stack, from: Store, target: Target, to: Kind, signal: AbortSignal): Promise<Plain> {
  const { emit, config } = stack;
  let aside: string | null = null;
  let sums = await adoptedBefore(from, target, signal);
  if (sums === null) {
    const building = await target.open();
    try {
      sums = await moveAll(from, building, { emit, signal });
    } finally {
      await building.close();
    }
    signal.throwIfAborted();
    aside = await target.adopt();
  }
  await saveSetting(config, "store.kind", to);
  const adopted = await target.openAdopted();
  try {
    await (await adopted.openTables()).forget();
  } finally {
    await adopted.close();
  }
  return {
    from: from.place,
    to: target.place,
    verified: true,
    tables: sums,
    putAside: aside,
    note: `${from.place} was left as it was; remove it when you are sure`,
  };
}

/**
 * Moves everything to the other store: built beside its place, verified by count and checksum, then put in place and
 * switched to. Fails with `held` while somebody learns on this home, and with `config` when it could not be switched.
 */
export async function migrateStore(
  stack: Stack,
  to: Kind,
  { dryRun, signal }: { readonly dryRun: boolean; readonly signal: AbortSignal },
): Promise<Plain> {
  const { config } = stack;
  if (config.values["store.kind"] === to) return finishEarlier(stack, to, dryRun);
  check(config, to);
  const target = await targetOf(config, to);
  if (dryRun) return planOf(await stack.look(), target);
  const hold = takeHold(config.home, "aistack store migrate");
  if ("pid" in hold) {
    throw new Failure("held", {
      what: "The store was not moved",
      why: `process ${hold.pid} (${hold.command}, since ${hold.since}) works on this home`,
      hint: `End it first: ${endHint(hold)}`,
    });
  }
  try {
    // What is moved is also what stays behind: neither keeps what today's rules take out.
    if ((await stack.seen({ olderToo: true })) !== null) await renewHome(stack, await stack.openStore(), { signal });
    return await move(stack, await stack.look(), target, to, signal);
  } catch (error) {
    if (!signal.aborted) throw error;
    return { verified: false, stopped: true, hint: "Type the same again; it goes on from there" };
  } finally {
    hold.close();
  }
}
