import { performance } from 'node:perf_hooks';
import { createContext, Script } from 'node:vm';

/** The result of work that had a time limit: its value, or nothing because the time was over. */
export type Limited<Value> = { inTime: true; value: Value; tookMs: number } | { inTime: false; tookMs: number };

const call = new Script('work()');

/** The context of this thread; making one takes a millisecond. */
const context = createContext({});

/**
 * Does work that may take for ever, such as a regular expression, and stops it when its time is over. The time counts from the
 * beginning of the work, not from when it was asked for. The thread is blocked meanwhile, and lives on.
 *
 * @param limitMs in milliseconds
 * @param work synchronous
 * @throws what the work throws
 */
export function withinLimit<Value>(limitMs: number, work: () => Value): Limited<Value> {
  const startedAt = performance.now();
  const tookMs = () => performance.now() - startedAt;
  context['work'] = work;
  try {
    // V8 can interrupt regular expressions and loops; a timer of the same thread could not.
    const value = call.runInContext(context, { timeout: Math.max(1, Math.ceil(limitMs)) }) as Value;
    return { inTime: true, value, tookMs: tookMs() };
  } catch (error) {
    if ((error as { code?: unknown } | null)?.code !== 'ERR_SCRIPT_EXECUTION_TIMEOUT') throw error;
    return { inTime: false, tookMs: tookMs() };
  } finally {
    delete context['work'];
  }
}

/** One sentence about a pattern whose time was over. `what` names the pattern and begins the sentence. */
export function outOfTime({ tookMs }: Limited<unknown>, what: string): string {
  return tookMs === 0
    ? `${what} was not begun: the patterns of this run have taken as long as those of a run may.`
    : `${what} took longer than a pattern may, and was stopped after ${Math.round(tookMs)} ms.`;
}
