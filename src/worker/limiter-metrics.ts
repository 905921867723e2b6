import { Runtime } from '@temporalio/worker';

import { gatewayMetrics } from '../contract/gateway-totals.js';
import type { GatewayTotals } from '../contract/gateway-totals.js';
import type { QueueLimits } from '../contract/limiter.js';

/** The number of tasks that wait in a task queue. */
export interface Backlog {
  taskQueue: string;
  tasks: number;
  oldestMs: number;
}

interface Gauge {
  set(value: number, tags: Record<string, string>): void;
}

/** Gauges beside Temporal's own metrics; their names and labels are listed in docs/limits.md. */
export class LimiterMetrics {
  readonly #gauges = new Map<string, Gauge>();

  record(limits: readonly QueueLimits[]): void {
    for (const { taskQueue, limiters } of limits) {
      for (const limiter of limiters) {
        const tags = { task_queue: taskQueue, model_class: limiter.modelClass };
        this.#set('limiter_ceiling', limiter.ceiling, tags);
        this.#set('limiter_cap', limiter.cap, tags);
        this.#set('limiter_in_flight', limiter.inFlight, tags);
        this.#set('limiter_waiting', limiter.waiting, tags);
        this.#set('limiter_open', limiter.gate.is === 'open' ? 1 : 0, tags);
        this.#set('model_calls', limiter.sent, tags);
        this.#set('model_calls_throttled', limiter.throttled, tags);
        this.#set('model_calls_overloaded', limiter.overloaded, tags);
        for (const { name, limit, remaining, refillsAtMs } of limiter.buckets) {
          const bucket = { ...tags, limit: name };
          this.#set('rate_limit', limit, bucket);
          this.#set('rate_limit_remaining', remaining, bucket);
          this.#set('rate_limit_full_in_seconds', Math.max(0, (refillsAtMs - Date.now()) / 1_000), bucket);
        }
      }
    }
  }

  /** Those of the home's gateway, by the names that a gateway has at an address of its own. */
  recordGateway(totals: GatewayTotals): void {
    for (const { name, samples } of gatewayMetrics(totals))
      for (const [labels, value] of samples) this.#set(name.replace(/^fanfold_/, ''), value, labels);
  }

  recordBacklogs(backlogs: readonly Backlog[]): void {
    for (const { taskQueue, tasks, oldestMs } of backlogs) {
      this.#set('backlog_tasks', tasks, { task_queue: taskQueue });
      this.#set('backlog_age_seconds', oldestMs / 1_000, { task_queue: taskQueue });
    }
  }

  #set(name: string, value: number, tags: Record<string, string>): void {
    const known = this.#gauges.get(name) ?? Runtime.instance().metricMeter.createGauge(`fanfold_${name}`, 'float');
    this.#gauges.set(name, known);
    known.set(value, tags);
  }
}
