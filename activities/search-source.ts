import { Context } from '@temporalio/activity';
import { ApplicationFailure, CancelledFailure } from '@temporalio/common';

import type { Activities } from '../src/contract/activities.js';
import { cutMessage } from '../src/contract/failures.js';
import { noLedger } from '../src/contract/outcome.js';
import { searchFolder } from './sources/folder-source.js';
import { searchHttp } from './sources/http-source.js';

const heartbeatEveryMs = 1_000;

/**
 * The activity `searchSource`: one question to one source per attempt.
 *
 * @param env the environment that headers of sources are made of
 */
export function createSearchSource(env: NodeJS.ProcessEnv): Activities['searchSource'] {
  return async ({ source, question }) => {
    const context = Context.current();
    const startedAtMs = Date.now();
    const signal = context.cancellationSignal;
    // Cancellation comes with the answer to a heartbeat.
    const beat = setInterval(() => context.heartbeat(), heartbeatEveryMs);
    try {
      const hits =
        source.kind === 'files'
          ? await searchFolder(source, question, signal)
          : await searchHttp(source, question, env, signal);
      const ledger = { ...noLedger, attempts: context.info.attempt, startedAtMs };
      return {
        status: 'ok',
        output: { inline: { hits } },
        model: '',
        reused: false,
        savedUsd: 0,
        ledger,
        finishedAtMs: Date.now(),
      };
    } catch (error) {
      if (signal.aborted) throw new CancelledFailure('CANCELLED');
      throw asFailure(error, { ...noLedger, attempts: context.info.attempt, startedAtMs });
    } finally {
      clearInterval(beat);
    }
  };
}

function asFailure(error: unknown, ledger: object): ApplicationFailure {
  // What the connection threw stands behind the error of `fetch`.
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  const known = cause instanceof ApplicationFailure ? cause : undefined;
  const message = known?.message ?? `It cannot be reached: ${cause instanceof Error ? cause.message : String(cause)}`;
  return ApplicationFailure.create({
    type: 'SourceFailed',
    message: cutMessage(message),
    nonRetryable: known?.nonRetryable ?? false,
    details: [ledger],
    ...(known?.nextRetryDelay != null && { nextRetryDelay: known.nextRetryDelay }),
  });
}
