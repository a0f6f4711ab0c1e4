/**
 * Makes what finds the phrase that a text begins with, behind what may stand before it; the answer is the text up to the
 * phrase's end, or nothing. `leads` may each be there or not, in their order. All expressions must be sticky.
 *
 * Leads and phrases are expressions of their own: as one, all phrases would be compiled again behind each lead, which
 * takes three times as long, a tenth of a second for the longest.
 */
export function openBeginning(leads: readonly RegExp[], phrases: RegExp): (text: string) => string {
  const endOf = (pattern: RegExp, text: string, at: number) => {
    pattern.lastIndex = at;
    return pattern.test(text) ? pattern.lastIndex : at;
  };
  return (text) => {
    const starts = new Set([0]);
    for (const lead of leads) for (const start of [...starts]) starts.add(endOf(lead, text, start));
    for (const start of starts) {
      const end = endOf(phrases, text, start);
      if (end > start) return text.slice(0, end);
    }
    return "";
  };
}
