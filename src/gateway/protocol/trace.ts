import { context, propagation, ROOT_CONTEXT } from '@opentelemetry/api';

/** The span that is active at whoever asks, in the words of W3C Trace Context. */
export type Trace = Record<string, string>;

/** What is told of the active span; `undefined` where nothing is traced. */
export function traceNow(): Trace | undefined {
  const trace: Trace = {};
  propagation.inject(context.active(), trace);
  return Object.keys(trace).length === 0 ? undefined : trace;
}

/** Does something as a part of that span; of none that is active here, where none is told. */
export function withinTrace<Value>(trace: Trace | undefined, work: () => Promise<Value>): Promise<Value> {
  return context.with(propagation.extract(ROOT_CONTEXT, trace ?? {}), work);
}
