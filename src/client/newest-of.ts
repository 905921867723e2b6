import type { WorkflowExecutionInfo } from '@temporalio/client';

/** Most executions that are gone through, for each that is wanted, and at least. */
const seenForEach = 20;
const fewestSeen = 1_000;

/** When an execution began and ended. */
type Span = Pick<WorkflowExecutionInfo, 'startTime' | 'closeTime'>;

/**
 * Those that began last, the newest first. Temporal lists those that are open, then the others by their end, the last first: once one had ended
 * before all of these began, whatever comes after it began earlier, too.
 */
export async function newestOf<Execution extends Span>(
  executions: AsyncIterable<Execution>,
  limit: number,
): Promise<Execution[]> {
  const newest: Execution[] = [];
  const startOf = ({ startTime }: Execution) => startTime.getTime();
  let seen = 0;
  for await (const execution of executions) {
    const oldest = newest.length < limit ? undefined : newest.at(-1);
    const isPast = oldest !== undefined && (execution.closeTime?.getTime() ?? Infinity) < startOf(oldest);
    seen += 1;
    if (isPast || seen > Math.max(fewestSeen, limit * seenForEach)) break;
    if (oldest !== undefined && startOf(execution) <= startOf(oldest)) continue;
    const place = newest.findIndex((each) => startOf(each) < startOf(execution));
    newest.splice(place < 0 ? newest.length : place, 0, execution);
    if (newest.length > limit) newest.pop();
  }
  return newest;
}
