const mostUnits = 2000;

/** The words by which somebody says why, as they may be kept and shown. Loads the rules of redaction when it is asked. */
export async function cleanWords(words: string): Promise<string> {
  const { cleanText } = await import("./clean.ts");
  return cleanText(words, mostUnits);
}
