import type { Aliases } from "../engine/learning/aliases.ts";
import { noAliases } from "../engine/learning/aliases.ts";
import { missingFacts } from "../engine/renewal/progress.ts";
import { remadeFromRows } from "../engine/renewal/remade.ts";
import { nowOrLater } from "../engine/stores/later.ts";
import type { Sink, Store } from "../engine/stores/store.ts";
import { renewHome } from "./redaction.ts";
import type { Stack } from "./stack.ts";

/** What stands before sinks: nothing is learned before everything that is kept is redacted by today's rules. */
export interface Door {
  /** The names under which lessons are kept, as soon as they are known. */
  readonly aliases: Aliases;
  /** A sink that first waits for that. */
  behind(sink: Sink): Sink;
  /** The same for one that must not be opened before. */
  behindUnopened(like: Pick<Sink, "name" | "optional" | "dependency">, open: () => Promise<Sink>): Promise<Sink>;
  /** A sink whose outputs are made of the rows: those that are missing are made first. */
  remade(sink: Sink, what: keyof typeof missingFacts): Promise<Sink>;
}

/** Redacts anew what is kept by older rules, now or, while a server is silent, before the first call of any sink. */
export async function openDoor(
  stack: Stack,
  store: Store,
  { signal }: { readonly signal: AbortSignal },
): Promise<Door> {
  let aliases = noAliases;
  let isReady = false;
  const ready = await nowOrLater(async () => {
    aliases = await renewHome(stack, store, { signal });
    isReady = true;
  });
  const behind = (sink: Sink): Sink =>
    isReady
      ? sink
      : {
          ...sink,
          async load(options) {
            await ready();
            return sink.load(options);
          },
          async take(batch, options) {
            await ready();
            return sink.take(batch, options);
          },
        };
  return {
    aliases: {
      idOf: (hash) => aliases.idOf(hash),
      nameOf: (prompt, response) => aliases.nameOf(prompt, response),
    },
    behind,
    async behindUnopened(like, open) {
      if (isReady) return open();
      let opened: Promise<Sink> | null = null;
      const sink = async () => {
        await ready();
        opened ??= open();
        return opened;
      };
      return {
        ...like,
        load: async (options) => (await sink()).load(options),
        take: async (batch, options) => (await sink()).take(batch, options),
      };
    },
    remade: async (sink, what) => remadeFromRows(sink, await store.openRenewal(), missingFacts[what], stack.emit),
  };
}
