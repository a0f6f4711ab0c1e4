import { lessonId } from "./lesson.ts";

/**
 * The names under which lessons are kept. A lesson whose words were redacted anew keeps its name; the hash of its newer
 * words is an alias of it, so that the same line read again is the same lesson.
 */
export interface Aliases {
  /** The name that a hash stands for: nearly always itself. */
  idOf(hash: string): string;
  /** The name of the lesson with these redacted words. */
  nameOf(prompt: string, response: string): string;
}

/** An alias and the name it stands for. */
export type Alias = readonly [alias: string, id: string];

const placeholder = /\[redacted:[\w-]{1,40}\]/g;

/**
 * The hash of words in which every kind of secret is the same, or null where no secret was taken out: other rules may
 * call the same secret by another name.
 */
export function kindlessHash(prompt: string, response: string): string | null {
  if (!prompt.includes("[redacted:") && !response.includes("[redacted:")) return null;
  return lessonId(prompt.replace(placeholder, "[redacted]"), response.replace(placeholder, "[redacted]"));
}

/** Where every hash is a name: in a store that was never redacted anew. */
export const noAliases: Aliases = { idOf: (hash) => hash, nameOf: lessonId };

// 32 characters of one byte each take half the memory of the hash as text.
function packed(hash: string): string {
  return Buffer.from(hash, "hex").toString("latin1");
}

/** Holds all aliases of a store in memory. */
export function openAliases(all: Iterable<Alias>): Aliases {
  const known = new Map<string, string>();
  for (const [alias, id] of all) known.set(packed(alias), packed(id));
  if (known.size === 0) return noAliases;
  const find = (hash: string): string | null => {
    const id = known.get(packed(hash));
    return id === undefined ? null : Buffer.from(id, "latin1").toString("hex");
  };
  return {
    idOf: (hash) => find(hash) ?? hash,
    nameOf(prompt, response) {
      const hash = lessonId(prompt, response);
      const id = find(hash);
      if (id !== null) return id;
      const kindless = kindlessHash(prompt, response);
      return (kindless === null ? null : find(kindless)) ?? hash;
    },
  };
}
