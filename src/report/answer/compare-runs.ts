import type { Reported } from '../../contract/reported.js';
import type { Branch } from '../../contract/run.js';
import { quantile } from '../../fold/slow.js';
import { coverageText, statusOf } from './state.js';
import { costOf, durationOf, numberOf, timeOf } from './texts.js';
import { ofModel } from './work.js';

/** A figure of two runs, and how the second differs from the first. */
export interface ComparedFigure {
  name: string;
  one: string;
  other: string;
  /** Empty where there is nothing to compare. */
  change: string;
}

/** What two runs took and cost. */
export function comparedFigures(one: Reported, other: Reported): ComparedFigure[] {
  const text = (name: string, of: (reported: Reported) => string): ComparedFigure => {
    const [first, second] = [of(one), of(other)];
    return { name, one: first, other: second, change: first === second ? 'same' : 'differs' };
  };
  const number = (
    name: string,
    of: (reported: Reported) => number | null,
    shown: (value: number) => string,
  ): ComparedFigure => {
    const [first, second] = [of(one), of(other)];
    const said = (value: number | null) => (value === null ? 'unknown' : shown(value));
    return { name, one: said(first), other: said(second), change: changeOf(first, second) };
  };
  return [
    text('kind', ({ run }) => run.kind),
    text('status', ({ run }) => statusOf(run)),
    text('branches ok', ({ run }) => coverageText(run)),
    text('models', ({ run }) => modelsOf(run.branches)),
    number('took', ({ run }) => run.elapsedMs, durationOf),
    ...[0.5, 0.95].map((share) => number(`p${share * 100}`, ({ run }) => latencyOf(run.branches, share), durationOf)),
    number('cost', ({ run }) => run.costUsd, costOf),
    number('saved by the journal', ({ run }) => run.savedUsd, costOf),
    number(
      'tokens in',
      ({ run: { usage } }) => usage.inputTokens + usage.cacheReadTokens + usage.cacheWriteTokens,
      numberOf,
    ),
    number('tokens out', ({ run }) => run.usage.outputTokens, numberOf),
    text('offline', ({ run }) => (run.offline ? 'yes' : 'no')),
    text('started', ({ asked }) => timeOf(asked.startedAt)),
  ];
}

/** A branch of two runs, by its key; absent in a run that has none of it. */
export interface ComparedBranch {
  key: string;
  one: Branch | undefined;
  other: Branch | undefined;
  /** What their answers are to each other; `none` where neither has one, `in one only` of a branch that the other run has not. */
  answer: 'same' | 'differs' | 'none' | 'in one only';
}

/** The branches of two runs side by side: those of the first in their order, then those that only the second has. */
export function comparedBranches(one: Reported, other: Reported): ComparedBranch[] {
  const [first, second] = [byKey(one), byKey(other)];
  return [...new Set([...first.keys(), ...second.keys()])].map((key) => {
    const [left, right] = [first.get(key), second.get(key)];
    return { key, one: left, other: right, answer: answersOf(left, right) };
  });
}

/** How many of the branches have the same answer in both runs, and how many have none in either. */
export function sameText(branches: readonly ComparedBranch[]): string {
  const count = (of: ComparedBranch['answer']) => branches.filter(({ answer }) => answer === of).length;
  const alone = count('in one only');
  if (branches.length > 0 && alone === branches.length) return 'No branch is in both.';
  const none = count('none');
  const without = none === 0 ? '' : `; ${numberOf(none)} ${none === 1 ? 'has' : 'have'} none in either`;
  const only = alone === 0 ? '' : `; ${numberOf(alone)} ${alone === 1 ? 'is' : 'are'} in one only`;
  return `${numberOf(count('same'))} of ${numberOf(branches.length)} branches have the same answer in both${without}${only}.`;
}

function answersOf(one: Branch | undefined, other: Branch | undefined): ComparedBranch['answer'] {
  if (one === undefined || other === undefined) return 'in one only';
  if (one.output === undefined && other.output === undefined) return 'none';
  const isSame = one.status === other.status && JSON.stringify(one.output) === JSON.stringify(other.output);
  return isSame ? 'same' : 'differs';
}

/** What stands beside an answer that is compared. */
export function branchFacts(branch: Branch): string {
  const { status, model, reused, latency, costUsd } = branch;
  return [
    status,
    ...(model === undefined ? [] : [model]),
    reused ? 'from the journal' : durationOf(latency.totalMs),
    ofModel(branch, costOf(costUsd)),
  ]
    .filter((text) => text !== '')
    .join(' · ');
}

function byKey({ run }: Reported): Map<string, Branch> {
  return new Map(run.branches.map((branch) => [branch.key, branch]));
}

function modelsOf(branches: readonly Branch[]): string {
  return [...new Set(branches.flatMap(({ model }) => model ?? []))].join(', ') || 'none';
}

function latencyOf(branches: readonly Branch[], share: number): number | null {
  const asked = branches
    .filter(({ reused, from, finishedAt }) => !reused && from === undefined && finishedAt !== null)
    .map(({ latency }) => latency.totalMs)
    .toSorted((one, other) => one - other);
  return asked.length === 0 ? null : quantile(asked, share);
}

function changeOf(first: number | null, second: number | null): string {
  if (first === null || second === null) return '';
  if (first === second) return 'same';
  if (first === 0) return '';
  const percent = Math.round((second / first - 1) * 100);
  return percent === 0 ? 'about the same' : `${percent > 0 ? '+' : '−'}${numberOf(Math.abs(percent))} %`;
}
