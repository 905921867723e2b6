import type { Branch, BranchStatus } from '../contract/run.js';
import { ballotOf, vote as voteOn } from './vote.js';

/** What is made of the answers about each row. */
export interface RowsFold {
  /** Answers asked for about each row. */
  samples: number;
  /** The vote over them: `true` for whole answers, or the field that counts. */
  vote: true | string | undefined;
}

/** The answer about one row. */
export interface RowAnswer {
  status: BranchStatus;
  /** The answer; of several samples without a vote, a list with `null` where one is not ok. */
  answer?: unknown;
  error?: { type: string; message: string };
  /** Of a vote: how many say so, of how many that answered, and whether as many say something else. */
  votes?: number;
  of?: number;
  tied?: boolean;
}

type Sampled = Pick<Branch, 'status' | 'output' | 'error'>;

/** Makes the answer about a row of its samples, in their order. */
export function rowAnswer(branches: readonly Sampled[], { samples, vote }: RowsFold): RowAnswer {
  const lost = branches.find(({ status }) => status !== 'ok');
  const whyLost = lost?.error === undefined ? {} : { error: lost.error };
  if (samples === 1) {
    const [only] = branches;
    return { status: only?.status ?? 'skipped', ...answered(only?.output), ...whyLost };
  }
  const outputs = branches.map(({ status, output }) => (status === 'ok' && output !== undefined ? output : null));
  const status = lost?.status ?? 'ok';
  if (vote === undefined) return { status, answer: outputs, ...whyLost };
  const said = outputs.filter((output) => output !== null);
  const ballots = said.map((output) => ballot(output, vote));
  const winner = voteOn(ballots);
  // A vote of those that are there is an answer; the denominator says how many they are.
  if (winner === undefined) return { status, ...whyLost };
  const { votes, of } = winner;
  const counts = new Map<string, number>();
  for (const each of ballots) counts.set(each, (counts.get(each) ?? 0) + 1);
  const tied = [...counts.values()].filter((count) => count === votes).length > 1;
  return { status: 'ok', answer: said[ballots.indexOf(winner.value as string)], votes, of, tied };
}

/** The output of a run over rows: the answers that there are, in input order. */
export function rowsOutput(
  branches: readonly (Sampled & Pick<Branch, 'key' | 'index'>)[],
  fold: RowsFold,
): (Omit<RowAnswer, 'status' | 'error'> & { key: string })[] {
  const rows = new Map<number, (typeof branches)[number][]>();
  for (const branch of branches) {
    const row = Math.floor(branch.index / fold.samples);
    rows.set(row, [...(rows.get(row) ?? []), branch]);
  }
  return [...rows.values()].flatMap((samples) => {
    const { status: _, error: __, ...rest } = rowAnswer(samples, fold);
    return rest.answer === undefined ? [] : [{ key: rowKey(samples[0]?.key ?? '', fold), ...rest }];
  });
}

/** The key of a row, out of that of one of its answers. */
function rowKey(key: string, { samples }: Pick<RowsFold, 'samples'>): string {
  return samples === 1 ? key : key.replace(/#\d+$/, '');
}

function answered(output: unknown): Pick<RowAnswer, 'answer'> {
  return output === undefined ? {} : { answer: output };
}

function ballot(output: unknown, vote: true | string): string {
  if (vote === true) return ballotOf(output);
  return ballotOf((output as { [field: string]: unknown } | null)?.[vote] ?? null);
}
