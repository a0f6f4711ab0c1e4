import type { LogLine } from "./state.ts";

/** Everything the supervisor can say while it works. */
export type StackEvent =
  | { type: "stack.step"; service: string; step: string; why: string }
  | { type: "stack.ready"; service: string; condition: string; afterMs: number }
  | { type: "stack.waiting"; for: string; why: string }
  | { type: "service.died"; service: string; exitCode: number | null; why: string; restartMs: number | null }
  | { type: "service.phase"; service: string; phase: string; why: string }
  | { type: "podman.lost"; what: string; why: string; retryMs: number }
  | { type: "stack.log"; line: LogLine };

/** Says one event to whoever listens; it must not throw and must not wait. */
export type Say = (event: StackEvent) => void;
