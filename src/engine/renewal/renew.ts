import type { Emit } from "../events.ts";
import { redactionVersion } from "../learning/redaction-version.ts";
import type { Changes, Renewal } from "../stores/renewal.ts";
import { renewDataset } from "./dataset.ts";
import { renewLessons, renewNegatives } from "./lessons.ts";
import { renewCursors, renewProposals } from "./places.ts";
import {
  keptByRules,
  missingFacts,
  progressFacts,
  type RenewalCounts,
  type RenewalProgress,
  readProgress,
  redactionFact,
  type Stage,
  stages,
  uncompactedFact,
} from "./progress.ts";

const rowsAtOnce = 250;

/** What a renewal works on. */
export interface RenewOptions {
  /** Where the store is, for whoever is told. */
  readonly place: string;
  /** The dataset that belongs to the store; null where it has none. */
  readonly dataset: string | null;
  readonly emit: Emit;
  readonly signal: AbortSignal;
}

function stageAfter(stage: Stage): Stage {
  return stages[stages.indexOf(stage) + 1] ?? "done";
}

// How lessons are alike is told by their words, so after any change it is measured anew.
function outdated({ lessons, merged, removed }: RenewalCounts): Changes {
  return lessons + merged + removed === 0 ? {} : { measured: true, facts: { [missingFacts.neighbours]: "0" } };
}

/**
 * Redacts anew what is kept by older rules, before anything else is learned on it. States: kept by older rules (the
 * store says so, or says nothing), under way (each step is one transaction with how far it is, so that it goes on there
 * after a SIGKILL at any moment), redacted by today's rules, and then written anew so that nothing is left in unused
 * room; where that cannot be done, it is tried at the next start. Nobody else may write to the store meanwhile.
 *
 * It promises: no word that today's rules take out stays in rows, indexes, vectors, cursors or the dataset; lessons keep
 * their names. It cannot reach copies elsewhere: backups, exports, a server's own log of writes.
 */
export async function renewRedaction(
  renewal: Renewal,
  { place, dataset, emit, signal }: RenewOptions,
): Promise<RenewalCounts | null> {
  const from = await keptByRules(renewal);
  if (from < redactionVersion) {
    let progress = await readProgress(renewal);
    // Where the store is empty, such as after it was removed, only the dataset is there to be redacted.
    const kept = dataset !== null && (await renewal.isNew()) ? dataset : place;
    if (progress.after === 0 && progress.stage === "lessons") emit({ type: "redaction.outdated", place: kept, from });
    while (progress.stage !== "done") {
      signal.throwIfAborted();
      progress = await step(renewal, progress, { place, dataset, emit, signal });
    }
    emit({ type: "redaction.renewed", place: kept, ...progress.counts });
    await compact(renewal, place, emit, signal);
    return progress.counts;
  }
  await compact(renewal, place, emit, signal);
  return null;
}

/** Says of a store in which nothing was ever kept that it is kept by today's rules; returns whether it is such a one. */
export async function markNew(renewal: Renewal): Promise<boolean> {
  if ((await renewal.fact(redactionFact)) !== null || !(await renewal.isNew())) return false;
  await renewal.change({ facts: { [redactionFact]: String(redactionVersion) } });
  return true;
}

async function step(
  renewal: Renewal,
  progress: RenewalProgress,
  { dataset, emit, signal }: RenewOptions,
): Promise<RenewalProgress> {
  const counts = { ...progress.counts };
  const next: RenewalProgress = { ...progress, stage: stageAfter(progress.stage), after: 0, counts };
  const save = async (changes: Changes, saved: RenewalProgress) => {
    await renewal.change({ ...changes, facts: { ...changes.facts, ...progressFacts(saved) } });
    return saved;
  };
  switch (progress.stage) {
    case "lessons": {
      const kept = await renewal.lessonsAfter(progress.after, rowsAtOnce);
      const last = kept.at(-1);
      if (last === undefined) return save(outdated(counts), next);
      const changes = await renewLessons(renewal, kept, counts);
      const facts = changes.lessons?.length ? { [missingFacts.vectors]: "0" } : {};
      return save({ ...changes, facts }, { ...progress, after: last.seq, counts });
    }
    case "negatives": {
      const kept = await renewal.negativesAfter(progress.after, rowsAtOnce);
      const last = kept.at(-1);
      if (last === undefined) return save({}, next);
      return save(await renewNegatives(renewal, kept, counts), { ...progress, after: last.seq, counts });
    }
    case "places": {
      const cursors = await renewCursors(renewal, emit, counts);
      return save({ ...cursors, ...(await renewProposals(renewal, counts)) }, next);
    }
    default: {
      if (dataset !== null) counts.pairs += await renewDataset(renewal, dataset, { signal });
      return save({}, next);
    }
  }
}

async function compact(renewal: Renewal, place: string, emit: Emit, signal: AbortSignal): Promise<void> {
  const left = await renewal.fact(uncompactedFact);
  if (left === null) return;
  const uncompacted = await renewal.compact({ left, signal });
  const still = uncompacted?.left ?? null;
  if (still !== left) await renewal.change({ facts: { [uncompactedFact]: still } });
  if (uncompacted !== null) emit({ type: "redaction.uncompacted", place, why: uncompacted.why });
}
