// U+E000 is for private use; as the sign of an escape it stands for itself only when it is escaped too.
const sign = "\ue000";

/**
 * A text as PostgreSQL can hold it: U+0000, which it cannot, as U+E000 and `0`; U+E000 itself as U+E000 and `1`.
 * Half of a surrogate pair becomes U+FFFD, as in every UTF-8 text.
 */
export function escapeText(given: string): string {
  const text = given.toWellFormed();
  if (!text.includes("\0") && !text.includes(sign)) return text;
  return text.replaceAll(sign, `${sign}1`).replaceAll("\0", `${sign}0`);
}

/** The text that was escaped. */
export function unescapeText(text: string): string {
  if (!text.includes(sign)) return text;
  return text.replaceAll(`${sign}0`, "\0").replaceAll(`${sign}1`, sign);
}

/** The longest word that is indexed, in characters; the server refuses lexemes over 2046 bytes. */
const longestWord = 500;

/** The different words of a text as they are indexed and searched: runs of letters and digits, without case or accents. */
export function wordsOf(text: string): string[] {
  const plain = /^[\0-\x7f]*$/.test(text) ? text : text.normalize("NFD").replace(/\p{M}+/gu, "");
  const words = new Set(plain.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? []);
  return [...words].filter((word) => word.length <= longestWord);
}
