import {
  ActivityFailure,
  ApplicationFailure,
  CancelledFailure,
  ChildWorkflowFailure,
  RetryState,
  TimeoutFailure,
  TimeoutType,
} from '@temporalio/common';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import {
  cutWithoutWorker,
  noLedger,
  outcomeOfAnswer,
  outcomeOfFailure,
  wasCancelled,
} from '../../src/contract/outcome.js';

const place = { key: 'legal', index: 0, queuedAtMs: 1_000 };
const spent = {
  ...noLedger,
  attempts: 2,
  startedAtMs: 1_100,
  modelMs: 500,
  costUsd: 0.25,
  usage: { ...noLedger.usage, outputTokens: 7 },
};

function failed(cause: Error): ActivityFailure {
  return new ActivityFailure(
    'Activity task failed',
    'askModel',
    'legal',
    RetryState.NON_RETRYABLE_FAILURE,
    'worker',
    cause,
  );
}

function child(cause?: Error): ChildWorkflowFailure {
  const execution = { workflowId: 'child', runId: 'run' };
  return new ChildWorkflowFailure('default', execution, 'analyse', RetryState.NON_RETRYABLE_FAILURE, cause);
}

describe('the outcome of a failure', () => {
  it.each([
    ['failed', 'BadRequest', ApplicationFailure.create({ type: 'BadRequest', message: 'no', details: [spent] })],
    ['timed-out', 'TimedOut', ApplicationFailure.create({ type: 'TimedOut', message: 'late', details: [spent] })],
    ['timed-out', 'TimedOut', new TimeoutFailure('heartbeat', spent, TimeoutType.HEARTBEAT)],
    ['cancelled', 'Cancelled', new CancelledFailure('stop', [spent])],
  ])('is %s of type %s and keeps what was spent', (status, type, cause) => {
    expect(outcomeOfFailure(place, failed(cause), 2_000)).toMatchObject({
      status,
      error: { type },
      attempts: 2,
      costUsd: 0.25,
      usage: { outputTokens: 7 },
      latency: { queuedMs: 100, modelMs: 500, retryWaitMs: 400, totalMs: 1_000 },
    });
  });

  it.each([
    [TimeoutType.START_TO_CLOSE, 'It was not done within its time limit.'],
    [TimeoutType.HEARTBEAT, 'Its worker was heard of no more: it was killed, or has hung.'],
  ])('says of %s what it means, to people and to models', (kind, message) => {
    const cause = new TimeoutFailure('activity StartToClose timeout', spent, kind);
    expect(outcomeOfFailure(place, failed(cause), 2_000).error).toEqual({ type: 'TimedOut', message });
  });

  it('is cancelled where a worker died before it could obey', () => {
    const lost = failed(new TimeoutFailure('heartbeat', spent, TimeoutType.HEARTBEAT));
    expect(outcomeOfFailure(place, lost, 2_000, true)).toMatchObject({ status: 'cancelled', attempts: 2 });
  });

  it.each([
    ['a sentence where Temporal has none', failed(new CancelledFailure('')), 'cancelled', 'Cancelled', wasCancelled],
    [
      'that tries of a worker that died are not counted, where no worker had it',
      failed(new CancelledFailure('', ['ACTIVITY_ID_NOT_STARTED'])),
      'cancelled',
      'Cancelled',
      cutWithoutWorker,
    ],
    [
      'that of a child’s activity',
      child(failed(ApplicationFailure.create({ type: 'No', message: 'no' }))),
      'failed',
      'No',
      'no',
    ],
    ['that of a child that was cut', child(new CancelledFailure('')), 'cancelled', 'Cancelled', wasCancelled],
    [
      'of a child without a cause, what there is',
      child(),
      'failed',
      'ChildWorkflowFailure',
      'Child Workflow execution failed',
    ],
  ])('has for a message %s', (_, failure, status, type, message) => {
    expect(outcomeOfFailure(place, failure, 2_000)).toMatchObject({ status, error: { type, message } });
  });

  it('takes anything thrown, with or without a ledger', () => {
    fc.assert(
      fc.property(fc.anything(), fc.anything(), (thrown, details) => {
        const failure = ApplicationFailure.create({ message: 'odd', details: [details] });
        for (const each of [thrown, failed(failure)]) {
          expect(outcomeOfFailure(place, each, 2_000)).toMatchObject({ key: 'legal', status: 'failed', attempts: 0 });
        }
      }),
    );
  });
});

it('never has a latency whose parts are negative or more than the whole, whatever the clocks say', () => {
  const ms = fc.integer({ min: -10_000, max: 10_000 });
  fc.assert(
    fc.property(ms, ms, ms, (startedAtMs, modelMs, finishedAtMs) => {
      const ledger = { ...spent, startedAtMs, modelMs };
      const { latency } = outcomeOfAnswer(place, {
        status: 'ok',
        model: 'm',
        reused: false,
        savedUsd: 0,
        ledger,
        finishedAtMs,
      });
      const { queuedMs, modelMs: inModel, retryWaitMs, totalMs } = latency;
      expect(Math.min(queuedMs, inModel, retryWaitMs, totalMs)).toBeGreaterThanOrEqual(0);
      expect(queuedMs + inModel + retryWaitMs).toBeLessThanOrEqual(totalMs);
    }),
  );
});
