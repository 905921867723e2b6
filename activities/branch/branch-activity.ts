import { Context } from '@temporalio/activity';
import { ApplicationFailure, CancelledFailure } from '@temporalio/common';

import type { Answer } from '../../src/contract/model-call.js';
import type { Stored } from '../../src/contract/stored.js';
import { cutMessage } from '../../src/contract/failures.js';
import type { FailureType } from '../../src/contract/failures.js';
import { noLedger } from '../../src/contract/outcome.js';
import { runOf } from './out-of-time.js';

const heartbeatEveryMs = 1_000;

/**
 * Runs one attempt of a branch that asks no model. The attempt heartbeats, so that it can be cancelled; it spends nothing.
 *
 * @param type of its failure, unless it is one that says what is the matter whatever it was a part of
 * @param unknown what is said before the message of an error that nobody has put into words
 * @throws ApplicationFailure, its first detail a ledger, or CancelledFailure
 */
export async function branchActivity(
  type: FailureType,
  unknown: string,
  work: (signal: AbortSignal, run: string) => Promise<Stored<unknown>>,
): Promise<Answer> {
  const context = Context.current();
  const signal = context.cancellationSignal;
  const ledger = { ...noLedger, attempts: context.info.attempt, startedAtMs: Date.now() };
  // Cancellation comes with the answer to a heartbeat.
  const beat = setInterval(() => context.heartbeat(), heartbeatEveryMs);
  try {
    const output = await work(signal, runOf(context.info));
    return { status: 'ok', output, model: '', reused: false, savedUsd: 0, ledger, finishedAtMs: Date.now() };
  } catch (error) {
    if (signal.aborted) throw new CancelledFailure('CANCELLED', [ledger]);
    throw asFailure(error, type, unknown, ledger);
  } finally {
    clearInterval(beat);
  }
}

/** Failures that keep their type wherever they occur: of patterns, and of what a worker does not allow. */
const ofItself: ReadonlySet<string> = new Set(['TimedOut', 'BadInput', 'NotAllowed'] satisfies FailureType[]);

function asFailure(error: unknown, type: FailureType, unknown: string, ledger: object): ApplicationFailure {
  // The error of a connection is the cause of the error that `fetch` throws.
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  const known = cause instanceof ApplicationFailure ? cause : undefined;
  const message = known?.message ?? `${unknown}${cause instanceof Error ? cause.message : String(cause)}`;
  return ApplicationFailure.create({
    type: known?.type != null && ofItself.has(known.type) ? known.type : type,
    message: cutMessage(message),
    nonRetryable: known?.nonRetryable ?? false,
    details: [ledger],
    ...(known?.nextRetryDelay != null && { nextRetryDelay: known.nextRetryDelay }),
  });
}
