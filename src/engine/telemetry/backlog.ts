/** The two bounds of backpressure. */
export interface Bounds {
  readonly "backpressure.pauseBytes": number;
  readonly "backpressure.resumeShare": number;
}

/**
 * Whether intake pauses: above the bound it does, and once it does it resumes only below the share of it.
 * Draining never pauses, so a backlog can always shrink.
 */
export function isPaused(paused: boolean, backlogBytes: number, bounds: Bounds): boolean {
  const pauseBytes = bounds["backpressure.pauseBytes"];
  return paused ? backlogBytes >= pauseBytes * bounds["backpressure.resumeShare"] : backlogBytes > pauseBytes;
}
