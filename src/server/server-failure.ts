import { UnavailableError } from '../contract/errors.js';
import { homePaths } from './paths.js';

/** Signs in a server's log of why it did not start. */
const reasons: { type: string; pattern: RegExp; message(home: string): string; advice(home: string): string }[] = [
  {
    type: 'PortTaken',
    pattern: /address already in use/i,
    message: () => 'The embedded Temporal server did not start: another program took its port.',
    advice: () => 'Try again.',
  },
  {
    type: 'DatabaseUnusable',
    pattern: /not a database|malformed|schema version|SQLite admin DB|database is locked|no such (table|column)/i,
    message: (home) => `The embedded Temporal server cannot use its database ${homePaths(home).database}.`,
    advice: (home) =>
      `Update the Temporal CLI if a newer one wrote it; else move ${homePaths(home).database}, -wal and -shm away: fanfold then starts an empty one, without the runs so far.`,
  },
  {
    type: 'DiskFull',
    pattern: /no space left|database or disk is full/i,
    message: (home) => `The embedded Temporal server did not start: no space is left for ${home}.`,
    advice: () => 'Free some space and try again.',
  },
];

/** The error of an embedded server that did not start, with the end of its log. */
export function serverFailure(home: string, log: string, cause?: unknown): UnavailableError {
  const reason = reasons.find(({ pattern }) => pattern.test(log));
  const message = reason?.message(home) ?? 'The embedded Temporal server did not start.';
  const because = log === '' ? ` ${(cause as Error | undefined)?.message ?? ''}` : `\nThe end of its log:\n${log}`;
  return new UnavailableError(
    reason?.type ?? 'ServerNotStarted',
    `${message}${because}`,
    reason?.advice(home) ?? `See ${homePaths(home).log}.`,
    cause,
  );
}
