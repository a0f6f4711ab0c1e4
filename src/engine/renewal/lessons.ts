import { type Alias, kindlessHash } from "../learning/aliases.ts";
import { cleanText } from "../learning/clean.ts";
import { type Lesson, lessonId, maxPromptChars, maxResponseChars, refusalOfWords } from "../learning/lesson.ts";
import type { Review } from "../stores/listed.ts";
import type { Changes, KeptLesson, KeptNegative, Renewal } from "../stores/renewal.ts";
import type { RenewalCounts } from "./progress.ts";

const nameUnits = 200;

/** The words of work, redacted by today's rules. */
export function cleanWords<T extends Pick<Lesson, "patternId" | "backend" | "prompt" | "response">>(words: T): T {
  return {
    ...words,
    patternId: cleanText(words.patternId, nameUnits),
    backend: cleanText(words.backend, nameUnits),
    prompt: cleanText(words.prompt, maxPromptChars),
    response: cleanText(words.response, maxResponseChars),
  };
}

function isSame(a: Lesson, b: Lesson): boolean {
  return a.prompt === b.prompt && a.response === b.response && a.patternId === b.patternId && a.backend === b.backend;
}

const graver: Readonly<Record<Review, number>> = { pending: 0, approved: 1, rejected: 2 };

// A person's word counts for both; who rejected one of them rejected these words.
function together(a: Review, b: Review): Review {
  return graver[a] >= graver[b] ? a : b;
}

/** What hashes stand for, through aliases of aliases. */
export async function resolved(renewal: Renewal, hashes: readonly string[]): Promise<Map<string, string>> {
  const found = new Map(await renewal.aliasesOf(hashes));
  for (let depth = 0; depth < 8 && found.size > 0; depth++) {
    const further = await renewal.aliasesOf([...new Set(found.values())]);
    if (further.size === 0) break;
    for (const [hash, id] of found) found.set(hash, further.get(id) ?? id);
  }
  return found;
}

/** What a page of lessons comes to. */
interface Page {
  readonly lessons: KeptLesson[];
  readonly reviews: Map<string, Review>;
  readonly removed: string[];
  readonly aliases: Map<string, string>;
}

/**
 * Redacts a page of lessons anew. The hash of the new words becomes an alias of the lesson; lessons that become the same
 * are one, the oldest; one of which too little is left is removed.
 */
export async function renewLessons(
  renewal: Renewal,
  kept: readonly KeptLesson[],
  counts: RenewalCounts,
): Promise<Changes> {
  const renewed = kept.map((one) => {
    const lesson = cleanWords(one.lesson);
    const { prompt, response } = lesson;
    return { one, lesson, hash: lessonId(prompt, response), kindless: kindlessHash(prompt, response) };
  });
  const hashes = renewed.flatMap(({ hash, kindless }) => (kindless === null ? [hash] : [hash, kindless]));
  const known = await resolved(renewal, hashes);
  const there = new Map(
    (await renewal.lessonsOf([...new Set([...hashes, ...known.values()])])).map((one) => [one.lesson.id, one]),
  );
  const page: Page = { lessons: [], reviews: new Map(), removed: [], aliases: new Map() };
  const gone = new Set<string>();
  for (const { one, lesson, hash, kindless } of renewed) {
    const { id } = lesson;
    if (refusalOfWords(lesson) !== null) {
      page.removed.push(id);
      gone.add(id);
      counts.removed++;
      continue;
    }
    const named = page.aliases.get(hash) ?? known.get(hash) ?? hash;
    const other = there.get(named);
    if (named !== id && other !== undefined && !gone.has(named) && other.seq < one.seq) {
      const review = together(page.reviews.get(named) ?? other.review, one.review);
      if (review !== other.review) page.reviews.set(named, review);
      page.aliases.set(id, named);
      page.removed.push(id);
      gone.add(id);
      counts.merged++;
      continue;
    }
    there.set(id, { ...one, lesson });
    if (hash !== id) page.aliases.set(hash, id);
    if (kindless !== null && !known.has(kindless) && !page.aliases.has(kindless)) page.aliases.set(kindless, id);
    if (isSame(lesson, one.lesson)) continue;
    page.lessons.push({ ...one, lesson });
    counts.lessons++;
  }
  return {
    lessons: page.lessons,
    reviews: [...page.reviews].map(([id, review]) => ({ id, review })),
    removed: page.removed,
    aliases: [...page.aliases],
  };
}

/** Redacts a page of rejected work anew; the hash of its new words becomes an alias of it. */
export async function renewNegatives(
  renewal: Renewal,
  kept: readonly KeptNegative[],
  counts: RenewalCounts,
): Promise<Changes> {
  const renewed = kept.map((one) => {
    const clean = { ...cleanWords(one), chosen: cleanText(one.chosen, maxResponseChars) };
    return { one, clean, hash: lessonId(clean.prompt, clean.response) };
  });
  const known = await resolved(
    renewal,
    renewed.map(({ hash }) => hash),
  );
  const aliases: Alias[] = [];
  const negatives: KeptNegative[] = [];
  for (const { one, clean, hash } of renewed) {
    if (hash !== one.id && !known.has(hash)) {
      aliases.push([hash, one.id]);
      known.set(hash, one.id);
    }
    if (JSON.stringify(clean) === JSON.stringify(one)) continue;
    negatives.push(clean);
    counts.negatives++;
  }
  return { aliases, negatives };
}
