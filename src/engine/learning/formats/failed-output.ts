/** Fields in which agents record how a command ended; 0 is well. */
const codeFields: readonly string[] = [
  "exit_code",
  "exitCode",
  "exit_status",
  "exitStatus",
  "returncode",
  "returnCode",
  "return_code",
  "code",
];
const failedWords: ReadonlySet<string> = new Set([
  "error",
  "errored",
  "failed",
  "failure",
  "rejected",
  "cancelled",
  "canceled",
  "timeout",
  "timed_out",
  "declined",
]);
const said =
  /(?:^|\n)\W{0,4}(?:(?:command|process|script|program|shell)?\s?(?:exited|failed|finished|terminated|completed)?\s?(?:with\s)?(?:a\s)?(?:non-zero\s)?(?:exit|return|status)[ _-]?(?:code|status|value)?(?:\s(?:is|was))?\s?[:=]?\s{0,3}(?:code\s)?-?[1-9]\d{0,9}\b|<(?:exit_code|return_code|returncode)>\s*-?[1-9]|(?:command|process) (?:timed out|was killed|was aborted)|(?:killed|terminated) by signal|(?:exec |shell )?(?:command|patch|call|tool(?: use| call)?|request|execution|operation|action|edit)? ?(?:was |has been )?(?:rejected|denied|declined|refused|not approved) by (?:the )?user\b|(?:the )?user (?:has )?(?:rejected|denied|declined|refused) (?:the |this |to )|apply_patch verification failed|failed to (?:apply (?:the )?patch|find (?:expected lines|context)\b))|(?:process|command) (?:exited|failed) with (?:exit )?(?:code|status) -?[1-9]/i;
const inJson = /\\?"(?:exit_?code|exit_?status|return_?code)\\?"\s{0,3}:\s{0,3}-?[1-9]/i;

/** Where the words of how a command ended stand: at the start or at the end of what it printed. */
const lookedAtUnits = 400;
const depthMost = 4;

function failedText(text: string): boolean {
  const start = text.slice(0, lookedAtUnits);
  if (said.test(start) || inJson.test(start)) return true;
  const end = text.slice(-lookedAtUnits);
  return text.length > lookedAtUnits && (said.test(end) || inJson.test(end));
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/**
 * Whether what a tool gave back says that it failed, in any of the forms in which agents record that: a flag, a status,
 * an exit code as a number, in text or in JSON within text, at any of the places where they put it.
 */
export function isFailedOutput(value: unknown, depth = 0): boolean {
  if (typeof value === "string") return failedText(value);
  if (depth > depthMost) return false;
  if (Array.isArray(value)) return value.slice(-4).some((one) => isFailedOutput(one, depth + 1));
  if (!isRecord(value)) return false;
  if (value.is_error === true || value.isError === true || value.success === false || value.ok === false) return true;
  if (value.interrupted === true || value.timed_out === true) return true;
  if (codeFields.some((name) => typeof value[name] === "number" && value[name] !== 0)) return true;
  if (codeFields.some((name) => typeof value[name] === "string" && /^-?[1-9]\d*$/.test(value[name]))) return true;
  const { status, state, error, Err } = value;
  if ([status, state].some((word) => typeof word === "string" && failedWords.has(word.toLowerCase()))) return true;
  if (Err !== undefined || (isRecord(error) && Object.keys(error).length > 0)) return true;
  if (typeof error === "string" && error.trim() !== "") return true;
  return ["output", "content", "text", "result", "metadata", "functionResponse", "response", "details", "Ok"].some(
    (name) => value[name] !== undefined && isFailedOutput(value[name], depth + 1),
  );
}
