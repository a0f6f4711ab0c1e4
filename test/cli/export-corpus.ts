import type { LessonKind } from "../../src/engine/learning/lesson.ts";

/** Turns of one session, each with its number. */
function turn(session: string, at: number, type: "user" | "assistant", text: string): object {
  const timestamp = new Date(1.7e12 + at * 1000).toISOString();
  const ids = { type, sessionId: session, uuid: `${session}-${at}-${type}`, timestamp };
  if (type === "user") return { ...ids, message: { role: type, content: text } };
  const message = { id: `m${at}`, role: type, model: "m", stop_reason: "end_turn" };
  return { ...ids, message: { ...message, content: [{ type: "text", text }] } };
}

/** The lines of one piece of work of a kind, with all that may be left out there or not; `at` is its number. */
export function workOf(kind: LessonKind, at: number, prompt: string, response: string): object[] {
  if (kind !== "conversation") return [eventOf(kind, at, prompt, response)];
  return [turn("talk", at, "user", prompt), turn("talk", at, "assistant", response)];
}

function eventOf(kind: Exclude<LessonKind, "conversation">, at: number, prompt: string, response: string): object {
  const timestamp = at % 3 === 0 ? {} : { timestamp: new Date(1.7e12 + at * 1000).toISOString() };
  const latency = at % 2 === 0 ? { latency_ms: 1200 + at } : { latency_ms: 1200.5 + at };
  const tokens = at % 5 === 0 ? { tokens_in: 12, tokens_out: 345 } : {};
  const feedback = at % 7 === 0 ? { user_feedback: 1 } : {};
  switch (kind) {
    case "task_completion":
      return {
        event: "task_completed",
        task_id: `t${at}`,
        status: "completed",
        task: { prompt, output: response, iteration: 1 + (at % 4), ...(at % 2 === 0 ? { backend: "local" } : {}) },
        ...timestamp,
      };
    case "error_resolution": {
      const took = at % 2 === 0 ? { resolution_time: at % 4 === 0 ? 3 : 2.5 } : {};
      return { event: kind, error_id: `e${at}`, error_description: prompt, solution: response, ...took, ...timestamp };
    }
    case "inference":
    case "agent_step": {
      const event = kind === "inference" ? "local_inference" : "agent_step_complete";
      const session_id = `s${at}`;
      return {
        event,
        session_id,
        query: prompt,
        response,
        model: "m",
        ...latency,
        ...tokens,
        ...feedback,
        ...timestamp,
      };
    }
    case "span":
      return spanOf(at, prompt, response);
  }
}

function spanOf(at: number, prompt: string, response: string): object {
  const text = (key: string, stringValue: string) => ({ key, value: { stringValue } });
  const attributes = [text("gen_ai.prompt", prompt), text("gen_ai.completion", response)];
  const name = "chat m";
  const ids = { traceId: String(at).padStart(32, "0"), spanId: String(at).padStart(16, "0") };
  const times = { startTimeUnixNano: String(1.7e18), endTimeUnixNano: String(1.7e18 + 5e9) };
  return { resourceSpans: [{ scopeSpans: [{ spans: [{ ...ids, name, ...times, attributes }] }] }] };
}

/** A conversation in which an answer is rejected and the next one is not. */
export function rejection(at: number, question: string, rejected: string, accepted: string): object[] {
  const session = `rejection-${at}`;
  return [
    turn(session, at, "user", question),
    turn(session, at, "assistant", rejected),
    turn(session, at + 1, "user", "No, that is wrong. Do what I asked for."),
    turn(session, at + 1, "assistant", accepted),
  ];
}

/** An answer that a person marked as bad. */
export function marked(at: number, question: string, response: string): object {
  const own = { session_id: `n${at}`, query: question, response, model: "m", latency_ms: 900, user_feedback: -1 };
  return { event: "local_inference", ...own };
}

/** Events as the lines of a log. */
export function logOf(events: readonly object[]): string {
  return events.map((event) => `${JSON.stringify(event)}\n`).join("");
}
