// Reasoning models whose server does not take their thoughts apart write them before the answer: between tags, before a
// closing tag whose opening stood in the model's template, or in channels of their own.
const opening =
  /^\s{0,20}(?:<(think|thinking|thought|thoughts|reasoning|seed:think)>|\[(THINK)\]|◁(think)▷|<\|(START)_THINKING\|>)/i;
const closings = ["</think>", "</thinking>", "</thought>", "</thoughts>", "</reasoning>", "[/THINK]", "◁/think▷"];
const aboutTag =
  /^(?:[ \t]{1,4}(?:is|are|was|tags?|and|or|elements?|blocks?|means?|marks?|tells?|holds?|contains?|in|must|should|can|may|has|does|opens?|starts?|begins?|isn|at)\b|[`'"”’)\].,;:!?])/;
const channels = /^\s{0,20}(?:<\|start\|>assistant)?<\|channel\|>/;
const finalChannel = /<\|channel\|>\s{0,4}final\b(?:[^<]|<\|constrain\|>){0,80}<\|message\|>/g;
const channelEnd = /<\|(?:end|return|call|start)\|>/;
// What is left of channels where the server took their marks away.
const bareChannels = /^\s{0,20}(?:assistant)?analysis(?=[A-Z"'\s])/;
const bareFinal = "assistantfinal";

function closingOf(tags: RegExpExecArray): string {
  const [, tag, square, corner] = tags;
  if (tag !== undefined) return `</${tag}>`;
  return square !== undefined ? `[/${square}]` : corner !== undefined ? `◁/${corner}▷` : "<|END_THINKING|>";
}

function finalOf(response: string): string {
  let from = -1;
  for (const match of response.matchAll(finalChannel)) from = match.index + match[0].length;
  if (from < 0) return "";
  const rest = response.slice(from);
  const end = rest.search(channelEnd);
  return (end < 0 ? rest : rest.slice(0, end)).trim();
}

// A closing tag that was never opened: what stands before it was thought. Within quotes, code or a sentence it is a word.
function afterClosing(response: string): string | null {
  for (const close of closings) {
    let at = response.indexOf(close);
    if (at < 0 || response.slice(0, at).includes(close.replace("/", ""))) continue;
    let fences = 0;
    let from = 0;
    for (; at >= 0; at = response.indexOf(close, from)) {
      for (let fence = response.indexOf("```", from); fence >= 0 && fence < at; ) {
        fences += 1;
        fence = response.indexOf("```", fence + 3);
      }
      from = at + close.length;
      const isQuoted = /[`'"“‘([]$/.test(response.slice(Math.max(0, at - 1), at)) && at > 0;
      const rest = response.slice(from, from + 24);
      const isWord = isQuoted || aboutTag.test(rest) || /^ [a-z]/.test(rest);
      if (fences % 2 === 0 && !isWord) return response.slice(from).trimStart();
    }
  }
  return null;
}

/** An answer without the thoughts before it; empty where it holds nothing else, as one that was cut while it thought. */
export function withoutThoughts(response: string): string {
  const tags = opening.exec(response);
  if (tags !== null) {
    const close = closingOf(tags);
    const [begun] = tags;
    if (aboutTag.test(response.slice(begun.length, begun.length + 24))) return response;
    const end = response.indexOf(close, begun.length);
    return end < 0 ? "" : response.slice(end + close.length).trimStart();
  }
  if (channels.test(response)) return finalOf(response);
  if (bareChannels.test(response)) {
    const end = response.lastIndexOf(bareFinal);
    return end < 0 ? response : response.slice(end + bareFinal.length).trimStart();
  }
  return response.includes("/") ? (afterClosing(response) ?? response) : response;
}
