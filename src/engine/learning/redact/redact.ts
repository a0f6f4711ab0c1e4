import { addressFinder } from "./address.ts";
import { assignmentFinder } from "./assignment.ts";
import { kubernetesFinder, terraformFinder } from "./block.ts";
import { commandFinders } from "./command.ts";
import type { Finder, Reading, Span } from "./finder.ts";
import { formFinder } from "./form.ts";
import { aiForms } from "./forms/ai.ts";
import { chatForms } from "./forms/chat.ts";
import { cloudForms } from "./forms/cloud.ts";
import { databaseForms } from "./forms/databases.ts";
import { genericForms } from "./forms/generic.ts";
import { monitoringForms } from "./forms/monitoring.ts";
import { paymentForms } from "./forms/payments.ts";
import { registryForms } from "./forms/registries.ts";
import { sourceHostingForms } from "./forms/source-hosting.ts";
import { authorizationFinder, basicFinder, bearerFinder, cookieFinder, cookieOptionFinder } from "./header.ts";
import { encodedHomeFinder, homeFinder, homeMark, mediaFinder, rootFinder } from "./home.ts";
import { escapedHomeFinder, ownerFinder, tildeFinder } from "./home-name.ts";
import { jwtFinder } from "./jwt.ts";
import { callFinder, codesFinder, labelFinder, pairInProseFinder, pinFinder } from "./label.ts";
import { placeholderOf, placeholderPattern } from "./placeholder.ts";
import { privateKeyFinder, puttyFinder } from "./private-key.ts";
import { providerFinder } from "./provider.ts";
import { columnFinder, insertFinder } from "./table.ts";
import { openWordScan } from "./word-scan.ts";

const forms = [
  ...cloudForms,
  ...sourceHostingForms,
  ...chatForms,
  ...paymentForms,
  ...aiForms,
  ...registryForms,
  ...monitoringForms,
  ...databaseForms,
  ...genericForms,
];

// Where two find the same, the first names it: whole blocks, then known forms, then what a context tells.
const finders: readonly Finder[] = [
  privateKeyFinder,
  puttyFinder,
  ...forms.map(formFinder),
  jwtFinder,
  addressFinder,
  authorizationFinder,
  basicFinder,
  bearerFinder,
  cookieFinder,
  cookieOptionFinder,
  kubernetesFinder,
  terraformFinder,
  ...commandFinders,
  assignmentFinder,
  providerFinder,
  labelFinder,
  pairInProseFinder,
  pinFinder,
  codesFinder,
  callFinder,
  insertFinder,
  columnFinder,
  homeFinder,
  rootFinder,
  mediaFinder,
  encodedHomeFinder,
  escapedHomeFinder,
  tildeFinder,
  ownerFinder,
];

/** The kinds of secret that are recognised. */
export const redactionKinds: readonly string[] = [...new Set(finders.flatMap(({ kinds }) => kinds))];

const kindOrder = new Map(redactionKinds.map((kind, order) => [kind, order]));
/** The words of which one stands at each place that is looked at. */
export const words: readonly string[] = [...new Set(finders.flatMap((finder) => finder.words))];
const askedBy = words.map((): [number, Finder][] => []);
const placeOf = new Map(words.map((word, place) => [word, place]));
for (const [index, finder] of finders.entries()) {
  for (const word of new Set(finder.words)) askedBy[placeOf.get(word) ?? 0]?.push([index, finder]);
}
// The tables of the scan take a moment to make: whoever only starts the program does not wait for them.
let scan: ReturnType<typeof openWordScan> | null = null;
const noSpans: readonly Span[] = [];
// From where on each finder is to be asked again; all of one text, and put back behind it.
const asked = new Float64Array(finders.length);

function findSpans(text: string): readonly Span[] {
  let reading: Reading | null = null;
  scan ??= openWordScan(words);
  try {
    scan(text, (word, end) => {
      reading ??= { text, spans: [], told: new Set(), memo: new Map() };
      const start = end - (words[word]?.length ?? 0);
      for (const [index, finder] of askedBy[word] ?? []) {
        const from = asked[index] ?? 0;
        if (start >= from) asked[index] = Math.max(finder.find(reading, start, end), from);
      }
    });
  } finally {
    if (reading !== null) asked.fill(0);
  }
  return reading === null ? noSpans : withOthers(reading);
}

// What a context told to be secret is one wherever else it stands.
function withOthers({ text, spans, told }: Reading): readonly Span[] {
  for (const value of told) {
    for (let at = text.indexOf(value); at >= 0; at = text.indexOf(value, at + value.length)) {
      spans.push({ start: at, end: at + value.length, kind: "secret" });
    }
  }
  return spans;
}

function isLowSurrogate(unit: number): boolean {
  return unit >= 0xdc00 && unit <= 0xdfff;
}

function isHighSurrogate(unit: number): boolean {
  return unit >= 0xd800 && unit <= 0xdbff;
}

// A span takes whole characters, and a placeholder that it touches goes with it.
function settled(text: string, spans: readonly Span[]): Span[] {
  const kept = text.includes("[redacted:")
    ? [...text.matchAll(placeholderPattern)].map(({ index, 0: mark }) => ({ start: index, end: index + mark.length }))
    : [];
  const ordered = spans.toSorted((a, b) => a.start - b.start || b.end - a.end);
  const merged: Span[] = [];
  let next = 0;
  for (const span of ordered) {
    let { start, end } = span;
    if (isLowSurrogate(text.charCodeAt(start)) && isHighSurrogate(text.charCodeAt(start - 1))) start--;
    if (isLowSurrogate(text.charCodeAt(end)) && isHighSurrogate(text.charCodeAt(end - 1))) end++;
    while ((kept[next]?.end ?? Number.POSITIVE_INFINITY) <= start) next++;
    const first = kept[next];
    if (first !== undefined && first.start <= start && start < first.end) continue;
    for (let touched = next; (kept[touched]?.start ?? end) < end; touched++)
      end = Math.max(end, kept[touched]?.end ?? end);
    const last = merged.at(-1);
    if (last === undefined || start >= last.end) {
      merged.push({ start, end, kind: span.kind });
      continue;
    }
    const kind = (kindOrder.get(span.kind) ?? 0) < (kindOrder.get(last.kind) ?? 0) ? span.kind : last.kind;
    merged[merged.length - 1] = { start: last.start, end: Math.max(last.end, end), kind };
  }
  return merged;
}

function replaced(text: string, spans: readonly Span[]): string {
  const parts: string[] = [];
  let from = 0;
  for (const { start, end, kind } of spans) {
    parts.push(text.slice(from, start), kind === "home" ? homeMark : placeholderOf(kind));
    from = end;
  }
  return parts.join("") + text.slice(from);
}

/** What was taken out can bring other things together; each turn leaves less, and a few always were enough. */
const mostTurns = 8;

function clean(text: string, wanted: (span: Span) => boolean): string {
  let rest = text;
  for (let turn = 0; turn < mostTurns; turn++) {
    const found = findSpans(rest).filter(wanted);
    const spans = found.length === 0 ? found : settled(rest, found);
    if (spans.length === 0) return rest;
    rest = replaced(rest, spans);
  }
  return rest;
}

/**
 * The text without secrets and without the name of anyone's home: each secret becomes `[redacted:<kind>]`, each home
 * `~`. Pure; a text once redacted stays as it is.
 */
export function redact(text: string): string {
  return clean(text, () => true);
}

/** The text without secrets; homes stay, for what must be a whole path. */
export function redactSecrets(text: string): string {
  return clean(text, ({ kind }) => kind !== "home");
}
