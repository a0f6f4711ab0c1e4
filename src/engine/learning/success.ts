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

// Providers write `MAX_TOKENS`, `FinishReason.MAX_TOKENS`, `maxTokens` and `max-tokens`.
function stopReason(stop: string): Reason | null {
  const word = stop
    .replace(/^.*\./, "")
    .replace(/([a-z])([A-Z])/g, "$1_$2")
    .replaceAll("-", "_")
    .toLowerCase()
    .replace(/^finish_reason_/, "");
  return Object.hasOwn(stops, word) ? (stops[word] ?? null) : null;
}

const errorStart =
  /^\W{0,4}(?:API Error\b|(?:Claude(?: AI| Code)?|Codex|Gemini|GPT|Copilot)?\s?(?:usage|rate|request|weekly|daily|session|quota) limit (?:reached|exceeded|hit)|5-hour limit reached|You(?:'|’)?(?:ve| have)? (?:hit|reached|exceeded) your (?:\w+ ){0,2}(?:limit|quota)|You exceeded your current quota|Credit balance is too low|Prompt is too long|Invalid API key|OAuth (?:token|authentication)|Authentication (?:failed|error)|Unauthorized\b|Too many requests|Rate limit(?:ed)?\b|Overloaded\b|overloaded_error|Internal server error|Service (?:temporarily )?unavailable|Bad gateway|Gateway time-?out|stream (?:disconnected|error|closed)|Connection (?:error|refused|reset|closed|timed out)|Request (?:timed out|failed|aborted|was aborted)|(?:Unexpected )?(?:HTTP )?(?:status|error)(?: code)?:? ?(?:4\d\d|5\d\d)\b|Error:? (?:4\d\d|5\d\d)\b|(?:4\d\d|5\d\d) (?:Bad Request|Unauthorized|Payment Required|Forbidden|Not Found|Request Timeout|Too Many Requests|Internal Server Error|Bad Gateway|Service Unavailable|Gateway Timeout)|litellm\.\w+Error|(?:openai|anthropic|google)\.\w*Error|Traceback \(most recent call last\)|fetch failed|ECONN(?:REFUSED|RESET)|upstream (?:connect )?error|model (?:is )?(?:not found|overloaded|unavailable)|Failed to (?:connect|fetch|get a response|generate)|\{\s*"(?:type"\s*:\s*"error|error"\s*:))/i;
const nothingAsked =
  /^\W{0,2}(?:No response(?: (?:requested|needed|required|generated|received|from (?:the )?model))?|\(?no (?:content|output|answer|reply|text)\)?|\(empty response\)|\[no response\]|null|undefined|None|N\/A|<no response>|NO_REPLY|HEARTBEAT_OK)\W{0,2}$/i;
const refusalStart =
  /^\W{0,2}(?:(?:I(?:'|’)?m (?:very |really |so )?sorry|Sorry|I apologi[sz]e|Apologies|Unfortunately)[,.!:]?\s{1,3}(?:but\s)?(?:I\s)?)?(?:I(?:'|’)?\s?(?:m|am) (?:not able|unable|not allowed|not comfortable) (?:to|with) (?:help|assist|answer|comply|continue|provide|create|write|generate|fulfil|do that|discuss|engage|providing|creating|helping|writing)|I (?:can(?:'|’)?t|cannot|can not|won(?:'|’)?t|will not|must decline|have to decline|decline)(?: to)? (?:help|assist|answer|comply|continue with|provide|create|write|generate|fulfil|do that|discuss|engage|support)|(?:I(?:'|’)?m|I am) (?:just )?an AI (?:language )?model)/i;
const announcement =
  /^(?:(?:OK|Okay|Sure|Great|Perfect|Alright|Got it|Right|Understood|Good)[,.! ]{1,3})?(?:(?:First|Next|Now|Then)[, ]{1,2})?(?:I(?:'|’)ll|I will|I(?:'|’)m going to|I am going to|Let me|Let(?:'|’)s|I(?:'|’)m now going to|I need to|I should|I(?:'|’)m (?:checking|looking|reading|running|starting))\b/i;

function wordsReason(response: string): Reason | null {
  const start = response.slice(0, 400).trimStart();
  if (nothingAsked.test(response.trim())) return "no_response";
  if (response.length < 1500 && errorStart.test(start)) return "provider_error";
  if (response.length < 700 && refusalStart.test(start)) return "refused_by_model";
  return null;
}

// A person's answer may end anywhere; a model's that stops inside a fence or inside its own JSON was cut.
function isCut(response: string): boolean {
  let open: string | null = null;
  for (const [, fence = "", rest = ""] of response.matchAll(/^[ \t]{0,12}(`{3,20}|~{3,20})([^\n]*)$/gm)) {
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

// A latency of 1 is what producers write who do not measure one.
function isImpossible({ latencyMs, tokensOut }: Ending, response: string): boolean {
  if (latencyMs === null || latencyMs <= 1) return false;
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
  if (ending.latencyMs !== null && !(ending.latencyMs > 0)) return "no_latency" as const;
  return iterations > 5 ? ("too_many_iterations" as const) : null;
}

/**
 * Why a piece of work must not be taught, or null when it succeeded as far as anything tells: its ending, what its
 * answer says, and whether the answer is whole. A person's own rejection, and the length of the words, are for the caller.
 */
export function refusal(draft: Draft): Reason | null {
  const { ending, response } = draft;
  const hopeless = refusalOfEnding(draft) ?? wordsReason(response);
  if (hopeless !== null) return hopeless;
  if (isImpossible(ending, response)) return "impossible_latency";
  const atLimit = ending.tokensOut !== null && isTokenLimit(ending.tokensOut) && !endsWhole(response);
  if (atLimit || isCut(response)) return "cut_off";
  const mayGoOn = draft.kind === "conversation" && ending.stop === "" && response.length < 300;
  if (mayGoOn && announcement.test(response.trimStart())) return "announced";
  return null;
}
