import { isProgramError, onlyAnnounces, saysFailed } from "./answer-words.ts";
import type { Reason } from "./formats/reasons.ts";
import type { Draft, Ending } from "./lesson.ts";

// The one place that decides whether work succeeded, for every dialect. A dialect says what it knows of the ending and
// never judges it; what is not proven here is not taught.

/** Why models stop, in the words of all providers, by what that means for the answer. */
const stops: Readonly<Record<string, Reason>> = Object.fromEntries([
  ...[
    "max_tokens",
    "max_output_tokens",
    "max_length",
    "length",
    "incomplete",
    "model_length",
    "model_context_window_exceeded",
    "context_length_exceeded",
    "token_limit",
    "max_new_tokens",
    "limit",
    "truncated",
  ].map((word) => [word, "cut_off"] as const),
  ...[
    "refusal",
    "refused",
    "content_filter",
    "content_filtered",
    "safety",
    "recitation",
    "blocklist",
    "prohibited_content",
    "spii",
    "image_safety",
    "guardrail_intervened",
    "sensitive",
    "error_toxic",
  ].map((word) => [word, "refused_by_model"] as const),
  ...[
    "error",
    "errored",
    "failed",
    "failure",
    "other",
    "malformed_function_call",
    "network_error",
    "insufficient_system_resource",
    "rate_limit",
    "timeout",
  ].map((word) => [word, "provider_error"] as const),
  ...["aborted", "abort", "cancelled", "canceled", "interrupted", "user_cancelled"].map(
    (word) => [word, "interrupted"] as const,
  ),
  ...["tool_use", "tool_calls", "tool_call", "function_call", "pause_turn", "tooluse"].map(
    (word) => [word, "turn_open"] as const,
  ),
]);

/** Whether a provider's word for why its model stopped says that the answer is whole. */
export function isFinished(stop: string): boolean {
  return stop !== "" && stopReason(stop) === null;
}

/** Whether a provider's word for why its model stopped says that the answer was cut. */
export function isCutOff(stop: string): boolean {
  return stopReason(stop) === "cut_off";
}

// Providers write `MAX_TOKENS`, `FinishReason.MAX_TOKENS`, `maxTokens` and `max-tokens`.
function stopReason(stop: string): Reason | null {
  if (stop === "") return null;
  const known = reasonOfStop.get(stop);
  if (known !== undefined) return known;
  const reason = readStop(stop);
  if (reasonOfStop.size < stopsRemembered) reasonOfStop.set(stop, reason);
  return reason;
}

// Few words come again and again.
const reasonOfStop = new Map<string, Reason | null>();
const stopsRemembered = 256;

function readStop(stop: string): Reason | null {
  const word = stop
    .replace(/^.*\./, "")
    .replace(/([a-z])([A-Z])/g, "$1_$2")
    .replaceAll("-", "_")
    .toLowerCase()
    .replace(/^finish_reason_/, "");
  return Object.hasOwn(stops, word) ? (stops[word] ?? null) : null;
}

// What programs write before the error itself: `[ERROR]`, `Error calling LLM:`, `TypeError:`, `Error: connect`.
const errorPrefix = String.raw`(?:(?:\[?(?:ERROR|Errno -?\d{1,6})\]|\w{0,24}Error|Error (?:calling|from|in|with|while calling) [\w ./-]{1,40}|connect|read)(?::\s{1,2}|\s)){0,3}`;
const errors = [
  String.raw`API Error\b`,
  String.raw`(?:Claude(?: AI| Code)?|Codex|Gemini|GPT|Copilot)?\s?(?:usage|rate|request|weekly|daily|session|quota) limit (?:reached|exceeded|hit)`,
  "5-hour limit reached",
  String.raw`You(?:'|’)?(?:ve| have)? (?:hit|reached|exceeded) your (?:\w+ ){0,2}(?:limit|quota)`,
  "You exceeded your current quota|Credit balance is too low|Prompt is too long|Invalid API key\\b",
  String.raw`OAuth (?:token|authentication)|Authentication (?:failed|error)|Unauthorized\b|Too many requests`,
  String.raw`Rate limit(?:ed)?\b|Overloaded\b|overloaded_error|Internal server error|Service (?:temporarily )?unavailable`,
  "Bad gateway|Gateway time-?out|stream (?:disconnected|error|closed)",
  "Connection (?:error|refused|reset|closed|timed out)|Request (?:timed out|failed|aborted|was aborted)",
  String.raw`(?:Unexpected )?(?:HTTP )?(?:status|error)(?: code)?:? ?(?:4\d\d|5\d\d)\b|Error:? (?:4\d\d|5\d\d)\b`,
  String.raw`(?:4\d\d|5\d\d) (?:Bad Request|Unauthorized|Payment Required|Forbidden|Not Found|Request Timeout|Too Many Requests|Internal Server Error|Bad Gateway|Service Unavailable|Gateway Timeout)`,
  String.raw`litellm\.\w+Error|(?:openai|anthropic|google)\.\w*Error`,
  String.raw`(?:requests|urllib3|httpx|httpcore|aiohttp|botocore|ollama)\.[\w.]{0,60}(?:Error|Exception|Timeout|Refused)\b`,
  String.raw`HTTPS?ConnectionPool\(|Traceback \(most recent call last\)`,
  "fetch failed|ECONN(?:REFUSED|RESET|ABORTED)|ETIMEDOUT|socket hang up|getaddrinfo (?:ENOTFOUND|EAI_AGAIN)",
  "upstream (?:connect )?error|model (?:is )?(?:not found|overloaded|unavailable)|Model is (?:currently )?overloaded",
  String.raw`model ["'][^"'\n]{1,80}["'] not found`,
  "Failed to (?:connect|fetch|get a response|generate)",
  String.raw`This model(?:'|’)s maximum context length is \d+ tokens\. However`,
  "An (?:internal )?error (?:has )?(?:occurred|happened) (?:while|during|when) (?:processing|generating|handling|calling)",
  "The server had an error|(?:Sorry, |Oops[,!] )?something went wrong[.,!;]? (?:please )?(?:try|retry)",
  "llama runner process has terminated|CUDA (?:error: )?out of memory\\. Tried",
].join("|");
const errorStart = new RegExp(String.raw`^\W{0,4}${errorPrefix}(?:${errors})`, "i");
// Who explains an error often begins with its words, and goes on with a verb.
const explained =
  /^(?:(?:[^.!?\n{]|\.(?=\S)){0,120}?\s(?:means?|meant|comes? from|came from|says that|tells|indicates|is (?:the|what|how|returned|sent|shown|thrown)|are (?:handled|sent|returned|shown|thrown))\b|, (?:with|so|since|because|which|not|as)\b)/i;
const errorPage =
  /^\s{0,8}(?:<!doctype html[^>\n]{0,80}>\s{0,8})?<html[^>\n]{0,80}>\s{0,8}<head>\s{0,8}<title>\s{0,8}(?:[45]\d\d\b|Error\b|Bad Gateway|Service Unavailable|Gateway Time|Internal Server Error)/i;
const errorObject =
  /^\W{0,4}\{\s{0,8}"(?:type"\s{0,8}:\s{0,8}"error"|error"\s{0,8}:|detail"\s{0,8}:\s{0,8}"(?:Internal Server Error|Not authenticated|Unauthorized|Service Unavailable|Bad Gateway|Too Many Requests))/i;
const asksForObject = /\bJSON\b|\berror (?:object|response|body|payload)s?\b/i;
const nothingAsked =
  /^\W{0,2}(?:No response(?: (?:requested|needed|required|generated|received|from (?:the )?model))?|\(?no (?:content|output|answer|reply|text)\)?|\(empty response\)|\[no response\]|null|undefined|None|N\/A|<no response>|NO_REPLY|HEARTBEAT_OK)\W{0,2}$/i;
const refusals = [
  String.raw`(?:(?:I(?:'|’)?m (?:very |really |so )?sorry|Sorry|I apologi[sz]e|Apologies|Unfortunately)[,.!:]?\s{1,3}(?:but\s)?(?:I\s)?)?(?:As an AI(?: language)?(?: model| assistant)?,? (?:I\s)?)?(?:I(?:'|’)?\s?(?:m|am) (?:not able|unable|not allowed|not comfortable) (?:to|with) (?:help|assist|answer|comply|continue|provide|create|write|generate|fulfil|do that|discuss|engage|providing|creating|helping|writing)|I (?:can(?:'|’)?t|cannot|can not|won(?:'|’)?t|will not|must decline|have to decline|decline)(?: to)? (?:help|assist|answer|comply|continue with|provide|create|write|generate|fulfil|do that|discuss|engage|support)|I (?:must|have to|need to) (?:respectfully |politely )?decline\b|(?:I(?:'|’)?m|I am) (?:just )?an AI (?:language )?model)`,
  // German, French, Spanish, Portuguese, Italian, Russian, Chinese, Japanese, Korean: an apology, and that one cannot.
  String.raw`(?:(?:es )?tut mir (?:sehr )?leid|entschuldigung|leider)[^.!?\n]{0,60}\bkann ich\b[^.!?\n]{0,60}\bnicht (?:weiter)?(?:helfen|erfüllen|beantworten|bearbeiten|unterstützen|nachkommen)`,
  String.raw`(?:(?:es )?tut mir (?:sehr )?leid|entschuldigung)[^.!?\n]{0,20}\bich kann\b[^.!?\n]{0,60}\bnicht (?:weiter)?(?:helfen|erfüllen|beantworten|bearbeiten|unterstützen|nachkommen)`,
  String.raw`(?:je suis (?:vraiment )?)?désolée?[^.!?\n]{0,30}\bje ne (?:peux|suis)\b[^.!?\n]{0,40}(?:aider|répondre|fournir|satisfaire|accéder)`,
  String.raw`lo (?:siento|lamento)[^.!?\n]{0,30}\bno puedo (?:ayudar|cumplir|proporcionar|asistir|responder|hacer eso)`,
  String.raw`(?:desculpe|lamento|sinto muito)[^.!?\n]{0,30}não posso (?:ajudar|fornecer|atender|cumprir|responder)`,
  String.raw`mi dispiace[^.!?\n]{0,30}\bnon posso (?:aiutar|fornire|rispondere|soddisfare)`,
  String.raw`(?:извините|простите|к сожалению)[^.!?\n]{0,30}не (?:могу|смогу)[^.!?\n]{0,30}(?:помочь|выполнить|предоставить|ответить)`,
  String.raw`(?:很?抱歉|对不起|對不起)[^。！？\n]{0,20}(?:无法|無法|不能)[^。！？\n]{0,12}(?:帮助|帮您|協助|协助|提供|满足|完成|回答|回应)`,
  String.raw`(?:申し訳(?:ありません|ございません)|すみません|ごめんなさい)[^。\n]{0,60}(?:できません|できかねます|いたしかねます|お応えできません)`,
  String.raw`죄송(?:하지만|합니다)[^.\n]{0,60}수 없(?:습니다|어요)`,
].join("|");
const refusalStart = new RegExp(String.raw`^\W{0,2}(?:${refusals})`, "i");
const announcement =
  /^(?:(?:OK|Okay|Sure|Great|Perfect|Alright|Got it|Right|Understood|Good)[,.! ]{1,3})?(?:(?:First|Next|Now|Then)[, ]{1,2})?(?:I(?:'|’)ll|I will|I(?:'|’)m going to|I am going to|Let me|Let(?:'|’)s|I(?:'|’)m now going to|I need to|I should|I(?:'|’)m (?:checking|looking|reading|running|starting))\b/i;

/** Whether words of an agent only say that nothing was asked of it. */
export function saysNothing(words: string): boolean {
  return nothingAsked.test(words.trim());
}

function isErrorText(start: string, prompt: string): boolean {
  const match = errorStart.exec(start);
  if (match !== null) return !explained.test(start.slice(match[0].length));
  return errorPage.test(start) || (errorObject.test(start) && !asksForObject.test(prompt));
}

function wordsReason(response: string, prompt: string): Reason | null {
  const start = response.slice(0, 400).trimStart();
  if (saysNothing(response)) return "no_response";
  if (response.length < 1500 && isErrorText(start, prompt)) return "provider_error";
  if (isProgramError(response, prompt)) return "provider_error";
  if (response.length < 700 && refusalStart.test(start)) return "refused_by_model";
  if (saysFailed(response, prompt)) return "says_failed";
  return null;
}

// A person's answer may end anywhere; a model's that stops inside a fence or inside its own JSON was cut.
function isCut(response: string): boolean {
  let open: string | null = null;
  const fenced = response.includes("```") || response.includes("~~~");
  for (const [, fence = "", rest = ""] of fenced ? response.matchAll(/^[ \t]{0,12}(`{3,20}|~{3,20})([^\n]*)$/gm) : []) {
    if (open === null) open = fence;
    else if (fence[0] === open[0] && fence.length >= open.length && rest.trim() === "") open = null;
  }
  if (open !== null) return true;
  const text = response.trim();
  return /^[{[]\s*["{[]/.test(text) && !/[}\]]$/.test(text) && !text.includes("\n\n");
}

/** Sizes at which answers are cut by a limit of tokens that somebody set. */
function isTokenLimit(tokens: number): boolean {
  return tokens >= 64 && ((tokens & (tokens - 1)) === 0 || tokens % 1000 === 0 || tokens % 1024 === 0);
}

function endsWhole(response: string): boolean {
  return /[.!?…:;)\]}>"'`*|—\p{Extended_Pictographic}]$/u.test(response.trimEnd().slice(-2));
}

/** Milliseconds within which no model, however small, has an answer of more than a few words. */
const impossibleMs = 10;
const impossibleTokensPerMs = 20;

// A latency of 1 is what producers write who do not measure one; less than that was measured.
function isImpossible({ latencyMs, tokensOut }: Ending, response: string): boolean {
  if (latencyMs === null || latencyMs === 1) return false;
  if (latencyMs < 1) return true;
  if (tokensOut !== null && tokensOut > 0) return tokensOut / latencyMs > impossibleTokensPerMs;
  return latencyMs < impossibleMs && response.length > 40;
}

/** Why the ending alone says that work must not be taught, or null; cheap, so it is asked before anything is redacted. */
export function refusalOfEnding({ ending, iterations, backend }: Pick<Draft, "ending" | "iterations" | "backend">) {
  if (!ending.asked) return "machine_chatter" as const;
  if (ending.said === "failed" || ending.said === "partial") return "not_successful" as const;
  if (ending.error !== "" || backend === "<synthetic>") return "provider_error" as const;
  const stopped = stopReason(ending.stop);
  if (stopped !== null) return stopped;
  if (ending.failing) return "command_failed" as const;
  // What ended before it began.
  if (ending.latencyMs !== null && ending.latencyMs < 0) return "impossible_latency" as const;
  if (ending.latencyMs !== null && !(ending.latencyMs > 0)) return "no_latency" as const;
  return iterations > 5 ? ("too_many_iterations" as const) : null;
}

/**
 * Why a piece of work must not be taught, or null when it succeeded as far as anything tells: its ending, what its
 * answer says, and whether the answer is whole. A person's own rejection, and the length of the words, are for the caller.
 */
export function refusal(draft: Draft): Reason | null {
  const { ending, response } = draft;
  const hopeless = refusalOfEnding(draft) ?? wordsReason(response, draft.prompt);
  if (hopeless !== null) return hopeless;
  if (isImpossible(ending, response)) return "impossible_latency";
  const mayBeCut = ending.tokensOut !== null && !isFinished(ending.stop);
  const atLimit = mayBeCut && isTokenLimit(ending.tokensOut) && !endsWhole(response);
  if (atLimit || isCut(response)) return "cut_off";
  const mayGoOn = draft.kind === "conversation" && ending.stop === "" && response.length < 300;
  if (mayGoOn && announcement.test(response.trimStart())) return "announced";
  return onlyAnnounces(response) ? "announced" : null;
}
