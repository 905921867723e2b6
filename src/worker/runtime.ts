import { DefaultLogger, Runtime } from '@temporalio/worker';
import type { LogEntry, LogLevel } from '@temporalio/worker';

/** A warning of Temporal's about missing activities: here every task queue has a worker of its own. */
const aboutOneSidedWorkers = /^No (activities|workflows) registered, not polling/;

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
      ...(metricsAddress !== undefined && { metrics: { prometheus: { bindAddress: metricsAddress } } }),
    },
    // Worker heartbeats carry cancellations to activities at once.
    workerHeartbeatInterval: '10s',
  });
}
