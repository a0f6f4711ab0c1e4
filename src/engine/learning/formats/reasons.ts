/** Every reason why an event teaches nothing, in one sentence each. */
export const reasons = {
  malformed_json: "The line is not JSON.",
  invalid_utf8: "The line is not UTF-8 text.",
  line_too_long: "The line is longer than telemetry.maxLineBytes.",
  empty_line: "The line is empty.",
  not_an_object: "The line is JSON, but not an object.",
  unknown_shape: "No dialect knows an object like this.",
  unknown_event: "A known producer, but an event of an unknown name.",
  malformed_task: "A finished task without its words.",
  malformed_error_resolution: "A solved error without its words.",
  malformed_agent_step_complete: "An agent step without question or answer.",
  malformed_local_inference: "An inference without question or answer.",
  malformed_interaction: "An interaction with fields of the wrong type.",
  malformed_editor_event: "An editor event with fields of the wrong type.",
  malformed_transcript: "A transcript line with fields missing or of the wrong type.",
  malformed_rollout: "A rollout line with fields missing or of the wrong type.",
  malformed_span: "A span or log record with fields of the wrong type.",
  not_successful: "The producer says that the work failed or was not finished.",
  provider_error: "What stands there as the answer is an error of the provider.",
  no_response: "The agent says that nothing was asked of it.",
  says_failed: "The answer itself says that the work failed or was not done.",
  cut_off: "The answer was cut in the middle.",
  refused_by_model: "The model refused to answer.",
  command_failed: "The last command of the work failed.",
  rejected_by_user: "The user rejected or undid the work; it is kept as a negative.",
  answers_rejection: "It answers a rejection; it stands in a preference pair, not alone.",
  withdrawn: "It was taught and taken back: the user rejected it, or its turn went on afterwards.",
  machine_chatter: "No person and no agent asked.",
  impossible_latency: "No model answers in that time.",
  too_many_iterations: "It took more than 5 iterations.",
  prompt_too_short: "The prompt has 20 characters or fewer.",
  response_too_short: "The response has 10 characters or fewer.",
  prompt_equals_response: "The response only repeats the prompt.",
  no_latency: "The producer did not measure a time above 0 ms, so nothing ran.",
  no_text: "The event came without the words of question and answer.",
  no_answer: "A question that got no answer.",
  no_question: "An answer without the question before it.",
  answer_not_logged: "A question in the log of an agent that does not write its answers there.",
  no_spans: "An export line without spans.",
  not_genai: "A span that is not about a language model.",
  task_step: "A step of a task; only its end teaches.",
  routing_decision: "Where a question was sent.",
  context_lookup: "Which context was looked up.",
  health_report: "News of a health check.",
  service_call: "A call of a service, without words.",
  turn_opened: "A question; its answer is still to come.",
  turn_open: "A part of an answer; the turn goes on, or waits for what decides it.",
  announced: "The agent only announced what it would do.",
  tool_call: "A tool was called.",
  tool_result: "A tool answered.",
  thinking: "The model was thinking.",
  interrupted: "The user stopped the work.",
  local_command: "A local command or note, not a question.",
  sidechain: "A conversation between agents.",
  summary: "A summary of the session.",
  bookkeeping: "The agent's own bookkeeping.",
} as const satisfies Readonly<Record<string, string>>;

/** A reason that a dialect or a rule gives; the compiler holds that each has its sentence. */
export type Reason = keyof typeof reasons;

/** The reasons of a source that is well: what comes beside the work, and could not have taught. */
const chores: ReadonlySet<string> = new Set<Reason>([
  "empty_line",
  "no_spans",
  "not_genai",
  "task_step",
  "routing_decision",
  "context_lookup",
  "health_report",
  "service_call",
  "turn_open",
  "tool_call",
  "tool_result",
  "thinking",
  "local_command",
  "sidechain",
  "summary",
  "bookkeeping",
]);

/** Whether a reason only says that an event came beside the work and could not have taught. */
export function isChore(word: string): boolean {
  return chores.has(word);
}

const sentences: ReadonlyMap<string, string> = new Map(Object.entries(reasons));

/** The sentence of a reason as it was counted, whichever version of this program counted it. */
export function reasonSentence(word: string): string {
  const known = sentences.get(word);
  if (known !== undefined) return known;
  const sink = /^refused_by_(.+)$/s.exec(word)?.[1];
  if (sink !== undefined) return `The sink ${sink} refused the lesson for good.`;
  return "This version of aistack does not know this reason.";
}

/** Reasons with their counts and sentences, as one text. */
export function reasonsInWords(counts: Readonly<Record<string, number>>): string {
  return Object.entries(counts)
    .filter(([, count]) => count > 0)
    .toSorted(([, a], [, b]) => b - a)
    .map(([word, count]) => `${word} ${count} (${reasonSentence(word).replace(/\.$/, "")})`)
    .join(", ");
}

/** The sentences of those reasons that were counted, most often counted first. */
export function reasonSentences(counts: Readonly<Record<string, number>>): Record<string, string> {
  const words = Object.entries(counts).filter(([, count]) => count > 0);
  return Object.fromEntries(words.toSorted(([, a], [, b]) => b - a).map(([word]) => [word, reasonSentence(word)]));
}
