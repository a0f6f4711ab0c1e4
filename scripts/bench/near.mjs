import { join } from "node:path";
import { keysOf, nearness, similarityOf } from "../../src/engine/learning/form.ts";
import { lessonId } from "../../src/engine/learning/lesson.ts";
import { lessonForm } from "../../src/engine/learning/lesson-words.ts";
import { openEmbeddedStore } from "../../src/engine/stores/sqlite-store.ts";

function randomOf(seed) {
  let state = seed;
  return (below) => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) % below;
  };
}

const random = randomOf(11);
const syllables = "ba ko ri ten lu mar si po ve dun ga fel ny ost qui ra".split(" ");
const word = () => Array.from({ length: 3 }, () => syllables[random(syllables.length)]).join("");
const text = (words) => Array.from({ length: words }, word);

function edited(words, edits) {
  const made = [...words];
  for (let turn = 0; turn < edits; turn++) {
    const at = random(made.length);
    const kind = random(3);
    if (kind === 0) made.splice(at, 1);
    else made.splice(at, kind === 1 ? 0 : 1, word());
  }
  return made;
}

function lessonOf(prompt, response, at) {
  return {
    id: lessonId(prompt, response),
    patternId: "bench",
    kind: "task_completion",
    prompt,
    response,
    backend: "",
    iterations: 1,
    timestamp: new Date(1.78e12 + at * 1000).toISOString(),
    successMetrics: {},
    feedback: null,
    origin: { file: "/bench.jsonl", inode: "1:1", offset: at, bytes: 1 },
  };
}

async function learn(work, name, lessons, atOnce) {
  const { signal } = new AbortController();
  const store = openEmbeddedStore(join(work, `${name}.db`));
  const sink = await store.openNeighbours({ emit: () => undefined, signal });
  const cpu = process.cpuUsage();
  for (let from = 0; from < lessons.length; from += atOnce) {
    const outputs = { withdrawn: [], negatives: [], chosen: [], bad: [], tasks: [], cursors: [] };
    await sink.take(
      { events: atOnce, bytes: 1, lessons: lessons.slice(from, from + atOnce), ...outputs, tallies: new Map() },
      { signal },
    );
  }
  const { user, system } = process.cpuUsage(cpu);
  return { store, learnMs: (user + system) / 1000 };
}

async function found(store) {
  const started = performance.now();
  const clusters = await store.duplicateClusters();
  const clustersMs = performance.now() - started;
  const keys = await store.splitKeys();
  return { clusters, keys, clustersMs, splitMs: performance.now() - started - clustersMs };
}

// Every pair of near-duplicates, by comparing all with all.
function pairsByHand(lessons) {
  const forms = lessons.map(lessonForm);
  const pairs = [];
  const started = performance.now();
  for (let at = 0; at < forms.length; at++) {
    for (let other = 0; other < at; other++) if (similarityOf(forms[at], forms[other]) >= 0.8) pairs.push([other, at]);
  }
  return { pairs, forms, ms: performance.now() - started };
}

/** Measures how many near-duplicates are found beside a comparison of all with all, and what crowds cost. */
export async function benchNear({ work, say, bar, report, quick }) {
  const count = quick ? 1500 : 4000;
  const lessons = [];
  while (lessons.length < count) {
    const base = text(30 + random(120));
    for (let copy = 0; copy < 4; copy++) {
      const words = edited(base, copy === 0 ? 0 : 1 + random(8));
      lessons.push(lessonOf(words.slice(0, 15).join(" "), words.slice(15).join(" "), lessons.length));
    }
  }
  const { pairs, forms, ms } = pairsByHand(lessons);
  const keys = forms.map((form) => new Set(keysOf(form)));
  const met = pairs.filter(([a, b]) => !keys[a].isDisjointFrom(keys[b])).length;
  const { store, learnMs } = await learn(work, "near", lessons, 250);
  const { clusters, keys: sides, clustersMs, splitMs } = await found(store);
  const byId = new Map(lessons.map((lesson, at) => [lesson.id, at]));
  const right = [...clusters].filter(
    ([id, { kept }]) => nearness(forms[byId.get(id)], forms[byId.get(kept)]) >= 0.8,
  ).length;
  // A kept lesson that is near to a better kept one was missed; where nothing is missed there is none.
  const nearPairs = pairs.filter(([a, b]) => nearness(forms[a], forms[b]) > 0);
  const missed = new Set(
    nearPairs.filter(([a, b]) => !clusters.has(lessons[a].id) && !clusters.has(lessons[b].id)).map(([, b]) => b),
  ).size;
  const side = (at) => sides.get(lessons[at].id) ?? lessons[at].id;
  const split = pairs.filter(([a, b]) => side(a) !== side(b)).length;
  const recall = met / pairs.length;
  const precision = right / Math.max(1, clusters.size);
  report.near = { pairs: pairs.length, recall, precision, missed, split, learnMs, clustersMs, splitMs, allPairsMs: ms };
  say(
    `near-duplicates: ${lessons.length} lessons, ${pairs.length} pairs at 0.8, ${clusters.size} left out; ` +
      `learned in ${learnMs.toFixed(0)} ms of processor, read in ${clustersMs.toFixed(0)} + ${splitMs.toFixed(0)} ms, all pairs ${ms.toFixed(0)} ms`,
  );
  bar("pairs of 0.8 that are found", recall, 0.99, recall >= 0.99);
  bar("left out that are like what is kept", precision, 0.99, precision >= 0.99);
  bar("kept beside what they are like", missed, 0, missed === 0);
  bar("pairs on both sides of a split", split, 0, split === 0);
  await store.close();
  await benchCrowds({ work, say, report, count: quick ? 2000 : 10_000 });
}

async function benchCrowds({ work, say, report, count }) {
  const base = text(90);
  const crowd = (edits) =>
    Array.from({ length: count }, (_, at) => {
      const words = edited(base, edits);
      return lessonOf(words.slice(0, 15).join(" "), words.slice(15).join(" "), at);
    });
  const [like, about] = [crowd(1), crowd(2)];
  const numbers = Array.from({ length: count }, (_, at) =>
    lessonOf(`What is ${at} times 17? ${base.join(" ")}`, "as asked before", at),
  );
  const answers = Array.from({ length: count }, (_, at) => lessonOf(base.join(" "), `the answer ${word()} ${at}`, at));
  report.crowds = {};
  for (const [name, lessons] of [
    ["all alike", like],
    ["all alike, the best last", like.toReversed()],
    ["about 0.8 alike", about],
    ["alike but for a number", numbers],
    ["one prompt, different answers", answers],
  ]) {
    for (const size of [count / 4, count]) {
      const { store, learnMs } = await learn(work, `crowd ${name} ${size}`, lessons.slice(0, size), 250);
      const { clusters, keys, clustersMs, splitMs } = await found(store);
      report.crowds[`${name} ${size}`] = { learnMs, clustersMs, splitMs, leftOut: clusters.size };
      say(
        `  ${size} ${name}: ${learnMs.toFixed(0)} ms of processor, ${clusters.size} left out, ` +
          `${new Set(keys.values()).size} linked groups, read in ${clustersMs.toFixed(0)} + ${splitMs.toFixed(0)} ms`,
      );
      await store.close();
    }
  }
}
