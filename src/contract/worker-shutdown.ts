/** Whether an activity was aborted not because its answer is no longer wanted, but because its worker ends (Temporal's own word). */
export function isWorkerShutdown(reason: unknown): boolean {
  return reason instanceof Error && reason.message === 'WORKER_SHUTDOWN';
}
