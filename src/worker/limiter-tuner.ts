import type { WorkerOptions } from '@temporalio/worker';

import type { Slots } from '../model/limiter/index.js';
import { LimiterSlots } from './limiter-slots.js';

/**
 * Most pollers: a server hands out one task for each question, so that ten branches begin together. Each holds a slot that it may not need, and more
 * make the first wave after a pause too large.
 */
const mostPollers = 10;

/**
 * The options of a worker that takes on tasks as a limiter lets it; they stand in place of `maxConcurrentActivityTaskExecutions`.
 */
export function limitedBy(slots: Slots): Pick<WorkerOptions, 'tuner' | 'activityTaskPollerBehavior'> {
  const unused = { type: 'fixed-size', numSlots: 1 } as const;
  return {
    tuner: {
      activityTaskSlotSupplier: new LimiterSlots(slots),
      // A worker of activities has no other tasks; Temporal asks for all four all the same.
      workflowTaskSlotSupplier: { type: 'fixed-size', numSlots: 2 },
      localActivityTaskSlotSupplier: unused,
      nexusTaskSlotSupplier: unused,
    },
    // The older poll counts are declared and never read in 1.24.
    activityTaskPollerBehavior: { type: 'simple-maximum', maximum: Math.min(mostPollers, slots.ceiling) },
  };
}
