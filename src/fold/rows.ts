import type { Branch, BranchStatus } from '../contract/run.js';
import { agreementOn, AgreementSum } from './agreement.js';
import type { Agreement } from './agreement.js';
import { ballotOf, vote as voteOn } from './vote.js';

/** What is made of the answers about each row. */
export interface RowsFold {
  /** Answers asked for about each row. */
  samples: number;
  /** The vote over them: `true` for whole answers, or the field that counts. */
  vote: true | string | undefined;
  /** Keys of the several things that each row is asked, in their order; not together with `samples`. */
  ways?: readonly string[];
  /** Whether the answers of the ways are compared with each other. */
  compares?: boolean;
}

/** How many answers there are about each row. */
export function answersPerRow({ samples, ways }: RowsFold): number {
  return ways?.length ?? samples;
}

/** The answer about one row. */
export interface RowAnswer {
  status: BranchStatus;
  /** The answer; of several samples without a vote, a list with `null` where one is not ok; of several ways, an object of the same kind. */
  answer?: unknown;
  error?: { type: string; message: string };
  /** Of a vote: how many say so, of how many that answered, and whether as many say something else. */
  votes?: number;
  of?: number;
  tied?: boolean;
  /** Of answers that are compared: whether all that are ok say the same, and of structured ones field by field. */
  agree?: boolean;
  fields?: { [field: string]: boolean };
}

type Sampled = Pick<Branch, 'status' | 'output' | 'error'>;

/** Makes the answer about a row of its samples, in their order. */
export function rowAnswer(branches: readonly Sampled[], { samples, vote, ways, compares }: RowsFold): RowAnswer {
  if (ways !== undefined) return answerOfWays(branches, ways, compares === true);
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
  const { votes, of, tied } = winner;
  return { status: 'ok', answer: said[ballots.indexOf(winner.value as string)], votes, of, tied };
}

const notBegun: Sampled = { status: 'skipped' };

/** What each of several ways says about a row, by its key. */
function answerOfWays(branches: readonly Sampled[], ways: readonly string[], compares: boolean): RowAnswer {
  const lost = ways.map((_, at) => branches[at] ?? notBegun).find(({ status }) => status !== 'ok');
  const said = ways.map((_, at) => okOutput(branches[at]));
  const isAnswered = said.some((answer) => answer !== undefined);
  const same = compares ? agreementOn(said.filter((answer) => answer !== undefined)) : undefined;
  return {
    status: lost?.status ?? 'ok',
    ...(isAnswered && { answer: Object.fromEntries(ways.map((way, at) => [way, said[at] ?? null])) }),
    ...(lost?.error !== undefined && { error: lost.error }),
    ...same,
  };
}

function okOutput(branch: Sampled | undefined): unknown {
  return branch?.status === 'ok' ? branch.output : undefined;
}

type Answering = Sampled & Pick<Branch, 'key' | 'index' | 'costUsd'>;

/** An answer about a row, and which row that is. */
type KeyedAnswer = Omit<RowAnswer, 'status' | 'error'> & { key: string };

/** The output of a run over rows: the answers that there are, in input order; where they are compared, also how far they agree. */
export function rowsOutput(
  branches: readonly Answering[],
  fold: RowsFold,
): KeyedAnswer[] | { rows: KeyedAnswer[]; agreement: Agreement } {
  const each = answersPerRow(fold);
  const found = new Map<number, Answering[]>();
  for (const branch of branches) {
    const row = Math.floor(branch.index / each);
    const others = found.get(row) ?? [];
    if (fold.ways === undefined) others.push(branch);
    else others[branch.index % each] = branch;
    found.set(row, others);
  }
  const rows = [...found.values()].flatMap((answers): KeyedAnswer[] => {
    const { status: _, error: __, ...rest } = rowAnswer(answers, fold);
    const any = answers.find((answer) => answer !== undefined);
    return rest.answer === undefined || any === undefined ? [] : [{ key: rowKey(any, fold), ...rest }];
  });
  if (fold.compares !== true) return rows;
  const sum = new AgreementSum(fold.ways ?? []);
  for (const answers of found.values()) sum.add(saidIn(answers, fold));
  return { rows, agreement: sum.agreement };
}

/** What each way says about a row, and what that has cost. */
export function saidIn(
  branches: readonly ((Sampled & Pick<Branch, 'costUsd'>) | undefined)[],
  { ways = [] }: Pick<RowsFold, 'ways'>,
) {
  return ways.flatMap((by, at) => {
    const branch = branches[at];
    return branch === undefined ? [] : [{ by, answer: okOutput(branch), costUsd: branch.costUsd }];
  });
}

/** The key of a row, out of that of one of its answers. */
function rowKey({ key, index }: Pick<Branch, 'key' | 'index'>, { samples, ways }: RowsFold): string {
  if (ways !== undefined) return key.slice(0, -1 - (ways[index % ways.length] ?? '').length);
  return samples === 1 ? key : key.replace(/#\d+$/, '');
}

function answered(output: unknown): Pick<RowAnswer, 'answer'> {
  return output === undefined ? {} : { answer: output };
}

function ballot(output: unknown, vote: true | string): string {
  if (vote === true) return ballotOf(output);
  return ballotOf((output as { [field: string]: unknown } | null)?.[vote] ?? null);
}
