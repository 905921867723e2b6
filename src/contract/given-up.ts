/** Temporal's word for why an activity is aborted whose worker ends; a worker that drains says the same. */
export const workerEnds = 'WORKER_SHUTDOWN';

/**
 * Temporal's words for why an activity is aborted of which nobody has said that its answer is no longer wanted: its worker ends, its heartbeats
 * came too late, or somebody has paused or reset it. The server knows no more of one (`NOT_FOUND`) that it has given up, and of one whose
 * run is over.
 */
const givenUp: ReadonlySet<string> = new Set([
  workerEnds,
  'NOT_FOUND',
  'TIMED_OUT',
  'PAUSED',
  'RESET',
  'HEARTBEAT_DETAILS_CONVERSION_FAILED',
]);

/** Whether an activity was aborted in silence: as far as it knows, another try asks for the answer. */
export function isGivenUp(reason: unknown): boolean {
  return reason instanceof Error && givenUp.has(reason.message);
}
