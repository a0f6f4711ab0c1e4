// Reasoning models whose server does not take their thoughts apart write them before the answer, between tags.
const opening = /^\s{0,20}<(think|thinking|thought|reasoning)>/i;
const unfinished = /^\s{0,20}<(?:think|thinking|thought|reasoning)>[ \t]{0,20}\r?\n/i;

/** An answer without the thoughts before it; empty where it holds nothing else. */
export function withoutThoughts(response: string): string {
  const [begun = "", name] = opening.exec(response) ?? [];
  if (name === undefined) return response;
  const close = `</${name}>`;
  const end = response.indexOf(close, begun.length);
  if (end >= 0) return response.slice(end + close.length).trimStart();
  return unfinished.test(response) ? "" : response;
}
