import type { MessageCreateParams } from '@anthropic-ai/sdk/resources/messages';
import type { CallTexts } from '../faults/match-call.js';
import type { CallRecord } from './call-record.js';
import type { Arrival } from './describe-call.js';
import { excerpt, retentionDefaults } from './retention.js';
import type { Retention } from './retention.js';

type Mutable<T> = { -readonly [Field in keyof T]: T[Field] };

type Matcher = (call: CallRecord, texts: CallTexts) => boolean;

/** A call in flight. */
export interface LiveCall {
  record: Mutable<CallRecord>;
  texts: CallTexts;
}

/** The moment of a call that its listener is told of. */
export type Moment = 'arrived' | 'finished';

/**
 * Every Messages call, and who waits for one.
 *
 * CallLog-1. A call is counted in `open` from its arrival until its connection is done with it, exactly once.
 * CallLog-2. What is kept of a finished call has a bound, whatever the size of its body.
 */
export class CallLog {
  readonly records: CallRecord[] = [];
  open = 0;
  peak = 0;
  total = 0;
  readonly #live = new Map<CallRecord, CallTexts>();
  #withRequest: Mutable<CallRecord>[] = [];
  readonly #retain: Required<Retention>;
  readonly #watchers = new Set<(call: LiveCall, moment: Moment) => void>();

  /** @param changed called once everybody who watches has been told */
  constructor(
    readonly changed: () => void,
    retain: Retention = {},
  ) {
    this.#retain = { ...retentionDefaults, ...retain };
  }

  watch(watcher: (call: LiveCall, moment: Moment) => void): () => void {
    this.#watchers.add(watcher);
    return () => this.#watchers.delete(watcher);
  }

  arrive({ record: arrived, texts }: Arrival): LiveCall {
    this.total += 1;
    this.open += 1;
    this.peak = Math.max(this.peak, this.open);
    const record: Mutable<CallRecord> = { ...arrived, sequence: this.total };
    this.records.push(record);
    this.#live.set(record, texts);
    this.#forgetOldest();
    const live = { record, texts };
    this.#tell(live, 'arrived');
    return live;
  }

  finish(call: LiveCall): void {
    const { record } = call;
    if (record.finishedAt !== null) return;
    record.finishedAt = Date.now();
    this.open -= 1;
    this.#live.delete(record);
    this.#tell(call, 'finished');
    record.prompt = excerpt(record.prompt, 500);
    record.document = excerpt(record.document, 200);
    if (record.bodyBytes > this.#retain.requestBytes) record.request = null;
    else this.#withRequest.push(record);
    while (this.#withRequest.length > this.#retain.requests) forgetRequest(this.#withRequest.shift());
  }

  matching(matches: Matcher): CallRecord[] {
    return this.records.filter((record) => matches(record, this.#live.get(record) ?? textsLeft(record)));
  }

  /** Matching calls so far, and from now on until `stop`. */
  collect(matches: Matcher): { found: readonly CallRecord[]; stop(): void } {
    const found = this.matching(matches);
    const stop = this.watch((call, moment) => {
      if (moment === 'arrived' && matches(call.record, call.texts)) found.push(call.record);
    });
    return { found, stop };
  }

  countBy(key: (call: CallRecord) => string): Map<string, number> {
    const counts = new Map<string, number>();
    for (const record of this.records) counts.set(key(record), (counts.get(key(record)) ?? 0) + 1);
    return counts;
  }

  #tell(call: LiveCall, moment: Moment): void {
    for (const watcher of this.#watchers) watcher(call, moment);
    this.changed();
  }

  #forgetOldest(): void {
    // In slices: taking one off the front of a long array at every call would copy it each time.
    const excess = this.records.length - this.#retain.calls;
    if (excess > Math.max(100, this.#retain.calls / 10)) this.records.splice(0, excess);
  }
}

function forgetRequest(record: Mutable<CallRecord> | undefined): void {
  if (record) record.request = null satisfies MessageCreateParams | null;
}

/** The texts of an ended call, as far as they are kept. */
function textsLeft(record: CallRecord): CallTexts {
  return { prompt: record.prompt, document: record.document, system: '', body: () => JSON.stringify(record.request) };
}
