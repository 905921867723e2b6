import { trace } from '@opentelemetry/api';

/** A wait, such as the one for the limiter, as a span. */
export function inWaitSpan<Value>(what: string, wait: () => Promise<Value>): Promise<Value> {
  return trace.getTracer('fanfold').startActiveSpan(what, async (span) => {
    try {
      return await wait();
    } finally {
      span.end();
    }
  });
}
