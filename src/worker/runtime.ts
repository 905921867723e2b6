import { DefaultLogger, Runtime } from '@temporalio/worker';
import type { LogEntry, LogLevel } from '@temporalio/worker';

/** A warning of Temporal's about missing activities: here every task queue has a worker of its own. */
const aboutOneSidedWorkers = /^No (activities|workflows) registered, not polling/;

/**
 * Upper bounds of the buckets of latencies, in seconds: from an answer of the journal to a day's wait for a batch. Temporal's default
 * ones, 50 to 10,000, are for milliseconds: the half of all branches would seem to take 25 s.
 */
const secondsBuckets = [0.05, 0.1, 0.25, 0.5, 1, 2, 4, 8, 15, 30, 60, 120, 300, 900, 3_600, 21_600, 86_400];

/**
 * Sets up Temporal's runtime for this process, once and before anything else of Temporal's is used.
 *
 * @param level least severe entry that is written
 * @param write takes one entry
 * @param metricsAddress host and port where Prometheus finds Temporal's metrics and fanfold's; none by default
 */
export function installRuntime(level: LogLevel, write: (entry: LogEntry) => void, metricsAddress?: string): void {
  Runtime.install({
    logger: new DefaultLogger(level, (entry) => {
      if (!aboutOneSidedWorkers.test(entry.message)) write(entry);
    }),
    // The program decides what a signal means; Temporal's own handlers would drain and never end it.
    shutdownSignals: [],
    telemetryOptions: {
      logging: { filter: { core: 'ERROR', other: 'ERROR' }, forward: {} },
      ...(metricsAddress !== undefined && {
        metrics: {
          prometheus: {
            bindAddress: metricsAddress,
            histogramBucketOverrides: { fanfold_branch_seconds: secondsBuckets },
          },
        },
      }),
    },
    // Worker heartbeats carry cancellations to activities at once.
    workerHeartbeatInterval: '10s',
  });
}
