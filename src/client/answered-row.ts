import type { StoredBranch } from '../contract/branch.js';
import type { AnsweredRow, AnsweredRows } from '../contract/stored-rows.js';
import { outcomeFor } from '../contract/typed-outcome.js';
import { addCost, addUsage } from '../contract/usage.js';
import { rowAnswer } from '../fold/rows.js';

type Samples = NonNullable<AnsweredRows<unknown, unknown>['samples']>;

/**
 * What became of a row that was asked about several times.
 *
 * @param index of the row
 * @param branches one for each answer, in order, with what is in the store
 */
export function answeredRow(
  index: number,
  branches: readonly StoredBranch[],
  { count, vote }: Samples,
): Pick<AnsweredRow<unknown, unknown>, 'outcome' | 'samples' | 'vote'> {
  const samples = branches.map((branch) => outcomeFor(branch, branch.key, branch.index));
  const said = branches.map(({ output, error, ...rest }) => ({
    ...rest,
    ...(output !== undefined && 'inline' in output && { output: output.inline }),
    ...(error !== undefined && { error }),
  }));
  const { status, answer, error, votes, of, tied } = rowAnswer(said, { samples: count, vote });
  const list = vote === undefined && count === 1 ? [answer ?? null] : answer;
  const { error: _, output: __, ...all } = together(branches);
  const whole: StoredBranch = {
    ...all,
    index,
    status,
    ...(status === 'ok' && { output: { inline: list } }),
    ...(error !== undefined && status !== 'ok' && { error }),
  };
  const key = branches[0]?.key.replace(/#\d+$/, '') ?? String(index);
  const outcome = outcomeFor(whole, key, index);
  return { outcome, samples, ...(votes !== undefined && { vote: { votes, of: of ?? 0, tied: tied === true } }) };
}

/** What all answers about a row took and cost. */
function together(branches: readonly StoredBranch[]): StoredBranch {
  return branches.reduce((sum, branch) => ({
    ...sum,
    attempts: sum.attempts + branch.attempts,
    reused: sum.reused && branch.reused,
    hedged: sum.hedged || branch.hedged,
    usage: addUsage(sum.usage, branch.usage),
    costUsd: addCost(sum.costUsd, branch.costUsd),
    savedUsd: sum.savedUsd + branch.savedUsd,
    startedAt: earliest(sum.startedAt, branch.startedAt),
    finishedAt: latest(sum.finishedAt, branch.finishedAt),
    latency: sum.latency.totalMs >= branch.latency.totalMs ? sum.latency : branch.latency,
  }));
}

type Time = StoredBranch['startedAt'];

function earliest(one: Time, other: Time): Time {
  if (one === null || other === null) return one ?? other;
  return one < other ? one : other;
}

function latest(one: Time, other: Time): Time {
  if (one === null || other === null) return one ?? other;
  return one > other ? one : other;
}
