import { availableParallelism } from 'node:os';

import { ApplicationFailure, CancelledFailure } from '@temporalio/common';
import pLimit from 'p-limit';

import type { Place, StoredBranch } from '../../src/contract/branch.js';
import type { Item, LocalCheck } from '../../src/contract/lanes.js';
import { noLedger, outcomeOfAnswer, outcomeOfFailure } from '../../src/contract/outcome.js';
import { remarksOfMatches } from '../../src/fold/findings.js';
import type { Remark } from '../../src/fold/findings.js';
import { eitherSignal } from '../../src/network/index.js';
import { inTime } from '../branch/out-of-time.js';
import { runOfLane } from './lane-branch.js';
import type { LaneWork } from './lane-branch.js';

/** As many checks at once as there are threads: one that waits for a thread uses up none of its time. */
export type Threads = ReturnType<typeof pLimit>;

export function checkThreads(): Threads {
  return pLimit(availableParallelism());
}

/** A branch of a lane that asks no model, and spends nothing. */
export async function runLocalCheck(
  check: LocalCheck,
  { key, index, queuedAtMs }: Place,
  item: Item,
  work: LaneWork,
): Promise<StoredBranch> {
  const { signal, lane } = work;
  const place = { key, index, queuedAtMs };
  const ledger = { ...noLedger, attempts: 1, startedAtMs: Date.now() };
  const late = AbortSignal.timeout(lane.timeoutMs);
  const either = eitherSignal(signal, late);
  try {
    const findings = await found(check, key, item, work, either.signal);
    const answer = { status: 'ok', output: { inline: { findings } }, model: '', reused: false, savedUsd: 0 } as const;
    return outcomeOfAnswer(place, { ...answer, ledger, finishedAtMs: Date.now() });
  } catch (error) {
    if (signal.aborted) return outcomeOfFailure(place, new CancelledFailure('CANCELLED', [ledger]), Date.now(), true);
    return outcomeOfFailure(place, failureOf(error as Error, late.aborted, { key, lane, ledger }), Date.now());
  } finally {
    either.letGo();
  }
}

async function found(
  check: LocalCheck,
  key: string,
  { text, key: name }: Item,
  { equipment: { cpu }, lane, origin }: LaneWork,
  signal: AbortSignal,
): Promise<readonly Remark[]> {
  if ('pattern' in check) {
    const matches = await cpu.runPattern(
      'findPattern',
      { text, pattern: check.pattern },
      runOfLane(lane, origin),
      signal,
    );
    return remarksOfMatches(inTime(matches, `The pattern of \`${key}\``), check);
  }
  const markdown = /\.(md|markdown)$/i.test(name);
  const { findings } = await cpu.run('checkGrammar', { text, markdown, ...check.grammar }, signal);
  return findings;
}

function failureOf(
  error: Error,
  isLate: boolean,
  { key, lane, ledger }: Pick<LaneWork, 'lane'> & { key: string; ledger: object },
): ApplicationFailure {
  const details = [ledger];
  if (isLate) {
    return ApplicationFailure.create({ type: 'TimedOut', message: `Took more than ${lane.timeoutMs} ms.`, details });
  }
  if (error instanceof ApplicationFailure) {
    return ApplicationFailure.create({ type: error.type ?? 'Unexpected', message: error.message, details });
  }
  if (error.name === 'SyntaxError') {
    const message = `The pattern of \`${key}\` is no regular expression: ${error.message}`;
    return ApplicationFailure.create({ type: 'BadInput', message, details });
  }
  return ApplicationFailure.create({ type: 'Unexpected', message: error.message, details });
}
