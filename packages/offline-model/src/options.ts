import type { Moment } from './calls/call-log.js';
import type { CallRecord } from './calls/call-record.js';
import type { Retention } from './calls/retention.js';
import type { FaultRule } from './faults/rule.js';
import type { Limits } from './limits/rate-limits.js';

/** Options of the offline model. Every one may be left out. */
export interface OfflineModelOptions {
  /** Default 0: a free one. */
  port?: number;
  /** Nothing but loopback. */
  host?: '127.0.0.1';
  /**
   * Milliseconds from a call to the end of its answer; `call.usage` is known by then. Default: 350 and 5 per output token,
   * 1,500 at most. A `slow` rule comes before it.
   */
  latencyMs?: number | ((call: CallRecord) => number);
  limits?: Limits;
  script?: readonly FaultRule[];
  /** The only key that is accepted. Default: any will do. */
  apiKey?: string;
  /** Message Batches end so many milliseconds after their creation. Default 2,000. */
  batchMs?: number;
  /** Decides the order of batch results. Default 0. */
  seed?: number;
  retain?: Retention;
  /** Called when a call arrives and when it has finished. */
  onCall?: (call: CallRecord, moment: Moment) => void;
}

/** Long enough to be seen, and of different length for different answers. */
export function naturalLatency(call: CallRecord): number {
  return Math.min(1_500, 350 + 5 * (call.usage?.output_tokens ?? 0));
}
