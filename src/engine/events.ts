/** Everything the engine can say while it works; the log, the metrics and the view all read these. */
export type EngineEvent =
  | { type: "file.found"; sink: string; file: string; bytes: number }
  | { type: "file.gone"; sink: string; file: string; unreadBytes: number }
  | { type: "file.cut"; sink: string; file: string; unreadBytes: number }
  | { type: "file.renewed"; sink: string; file: string; why: "replaced" | "truncated" | "rewritten" }
  | { type: "bytes.lost"; files: number; bytes: number }
  | { type: "file.unreadable"; file: string; why: string }
  | {
      type: "batch.taken";
      sink: string;
      events: number;
      /** Lessons added; those removed because they were withdrawn are counted by themselves. */
      lessons: number;
      withdrawn: number;
      bytes: number;
      checkpointMs: number;
    }
  | { type: "sink.waiting"; sink: string; why: string; code: string; retryMs: number }
  | { type: "sink.resumed"; sink: string; afterMs: number }
  | { type: "lesson.refused"; sink: string; lesson: string; why: string }
  | { type: "cursor.corrupt"; sink: string; file: string; used: "previous copy" | "start of file" }
  | { type: "zero.yield"; source: string; dialect: string; events: number; reasons: Readonly<Record<string, number>> }
  | { type: "vectors.filled"; place: string; lessons: number }
  | { type: "neighbours.measured"; lessons: number }
  | { type: "redaction.outdated"; place: string; from: number }
  | { type: "redaction.older"; place: string }
  | {
      type: "redaction.renewed";
      place: string;
      lessons: number;
      merged: number;
      removed: number;
      negatives: number;
      pairs: number;
      cursors: number;
      proposals: number;
    }
  | { type: "redaction.uncompacted"; place: string; why: string }
  | { type: "rotation.failed"; why: string }
  | { type: "store.moved"; table: string; rows: number; total: number }
  | { type: "store.verified"; table: string; rows: number }
  | { type: "engine.held"; pid: number; command: string; since: string }
  | { type: "pressure.changed"; paused: boolean; backlogBytes: number }
  | { type: "disk.changed"; stopped: boolean; freeBytes: number; minFreeBytes: number }
  | { type: "learning.paused"; why: string }
  | { type: "learning.resumed" }
  | { type: "report.failed"; why: string }
  | { type: "input.unread"; why: string }
  | { type: "breaker.changed"; name: string; from: string; to: string; why: string }
  | { type: "breakers.unsaved"; why: string }
  | { type: "breakers.unreadable"; file: string; why: string }
  | { type: "dataset.repaired"; file: string; droppedBytes: number; adoptedPairs: number; restoredPairs: number };

/** Says one event to whoever listens; it must not throw and must not wait. */
export type Emit = (event: EngineEvent) => void;
