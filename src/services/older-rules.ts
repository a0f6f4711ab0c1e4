import { Failure } from "../engine/errors.ts";
import { redactionVersion } from "../engine/learning/redaction-version.ts";
import { keptByRules } from "../engine/renewal/progress.ts";
import type { Store } from "../engine/stores/store.ts";
import type { Stack } from "./stack.ts";

// A store in which nothing was ever kept says nothing of rules either.
async function isOlder(store: Store): Promise<boolean> {
  const renewal = await store.openRenewal();
  return (await keptByRules(renewal)) < redactionVersion && !(await renewal.isNew());
}

/** Fails with `config` where what a store keeps may hold what today's rules of redaction take out. */
export async function refuseOlderRules(store: Store, what: string): Promise<void> {
  if (!(await isOlder(store))) return;
  throw new Failure("config", {
    what,
    why: `what ${store.place} keeps was redacted by older rules and may hold secrets`,
    hint: "Have it redacted anew first. Type: aistack learn --once",
  });
}

/** The store to look at words in; whoever looks is warned where they were redacted by older rules. */
export async function lookAtWords(stack: Stack): Promise<Store> {
  const store = await stack.look();
  if (await isOlder(store)) stack.emit({ type: "redaction.older", place: store.place });
  return store;
}
