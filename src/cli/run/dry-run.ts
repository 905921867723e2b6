import { exitCodes } from '../../contract/exit-codes.js';
import type { ExitCode } from '../../contract/exit-codes.js';
import type { FanOutPlan } from '../../plan/fan-out-plan.js';
import { addCost } from '../../contract/usage.js';
import { upperBoundUsd } from '../../model/index.js';
import { isCounted } from '../../model/providers/provider-table.js';
import { columnsOf } from '../show/columns-of.js';
import { formatCost } from '../show/amounts.js';
import { reasonOf } from '../../files/index.js';
import type { LeftOut } from '../../files/index.js';
import type { Documents } from '../read/document-source.js';
import type { RunFlags } from './run-flags.js';
import { sizePlan } from './size-plan.js';
import { json as asJson, line, lines, padded } from '../show/terminal-text.js';
import type { TerminalText } from '../show/terminal-text.js';
import type { World } from '../world.js';

/** What `--dry-run --json` prints. */
interface DryRun {
  branches: {
    key: string;
    model: string;
    inputTokens: number;
    maxTokens: number;
    upperBoundUsd: number | null;
    /** The reason why the branch's document cannot be read; nothing is asked about it. */
    unreadable?: string;
  }[];
  /** How each file was read. */
  read?: Documents['read'];
  /** Files and folders that are left out, each with the reason. */
  skipped?: { path: string; reason: string }[];
  /** `estimate` where the API was not asked: about 10 % off for English prose, and 15 % added. */
  counted: 'count_tokens' | 'estimate';
  inputTokens: number;
  /** US dollars, each branch answered by its first call; `null` when a price is unknown. */
  upperBoundUsd: number | null;
  /** US dollars if every attempt but the last were lost after it had been paid for. */
  upperBoundWithRetriesUsd: number | null;
}

/** The files that a run reads, and those that are left out. */
interface FilesOfRun {
  read?: Documents['read'];
  skipped?: readonly LeftOut[] | undefined;
}

/**
 * Prints what a run would ask and the most that it could cost. Starts nothing, and asks the API for nothing but token counts.
 *
 * @throws UnavailableError when the API is to count and there is no key, or it does not answer
 */
export async function dryRun(
  plan: FanOutPlan,
  document: string | undefined,
  flags: RunFlags,
  world: World,
  { read, skipped }: FilesOfRun = {},
): Promise<ExitCode> {
  const sizes = await sizePlan(plan, document, world);
  const branches = sizes.map((size, index) => {
    const { model, inputTokens, maxTokens } = size;
    const { key = '', unreadable } = plan.branches[index] ?? {};
    const sized = { key, model, inputTokens, maxTokens, upperBoundUsd: upperBoundUsd(size) };
    return unreadable === undefined ? sized : { ...sized, unreadable };
  });
  const bound = branches.reduce<number | null>((sum, branch) => addCost(sum, branch.upperBoundUsd), 0);
  const outcome: DryRun = {
    branches,
    counted:
      plan.offline || branches.length === 0 || !branches.every(({ model }) => isCounted(model))
        ? 'estimate'
        : 'count_tokens',
    inputTokens: branches.reduce((sum, { inputTokens }) => sum + inputTokens, 0),
    upperBoundUsd: bound,
    upperBoundWithRetriesUsd: bound === null ? null : bound * plan.policy.attempts,
    ...(read && { read }),
    ...(skipped && { skipped: listed(skipped) }),
  };
  world.stdout.write(flags.json || flags.ndjson ? asJson(outcome, flags.json ? 2 : undefined) : table(outcome, plan));
  return exitCodes.complete;
}

function table(outcome: DryRun, { policy }: FanOutPlan): TerminalText {
  const keyWidth = Math.max(...outcome.branches.map(({ key }) => columnsOf(key)));
  const rows = outcome.branches.map(({ key, model, inputTokens, maxTokens, upperBoundUsd: most, unreadable }) =>
    unreadable === undefined
      ? line`${padded(key, keyWidth)}  ${model}  ${inputTokens.toLocaleString('en')} in, at most ${maxTokens.toLocaleString('en')} out  ${atMost(most)}`
      : line`${padded(key, keyWidth)}  cannot be read: ${unreadable}`,
  );
  const how = outcome.counted === 'estimate' ? 'estimated' : 'counted by the API';
  return lines([
    ...rows,
    `total ${outcome.inputTokens.toLocaleString('en')} input tokens, ${how}; ${atMost(outcome.upperBoundUsd)}`,
    `${atMost(outcome.upperBoundWithRetriesUsd)} if all ${policy.attempts} attempts of every branch were paid for`,
    ...readLines(outcome.read),
    ...skippedLines(outcome.skipped),
    'Nothing was started.',
  ]);
}

/** Each file with how it was read. A screen has them beside what is asked about them. */
function readLines(read: Documents['read'] = []): TerminalText[] {
  return read.map(({ key, as }) => line`read ${key} as ${as}`);
}

function listed(skipped: readonly LeftOut[]): NonNullable<DryRun['skipped']> {
  const rows = skipped.map((each) => ({ path: each.path, reason: reasonOf(each) }));
  return rows.toSorted((left, right) => (left.path < right.path ? -1 : Number(left.path > right.path)));
}

function skippedLines(skipped: DryRun['skipped'] = []): string[] {
  return skipped.map(({ path, reason }) => `skipped ${path}: ${reason}`);
}

function atMost(costUsd: number | null): string {
  return costUsd === null ? formatCost(null) : `at most ${formatCost(costUsd)}`;
}

/** Prints the dry run of a wide run: its branches are not listed, its tokens are estimated. */
export function dryRunWide(
  bounds: { total: number; inputTokens: number; upperBoundUsd: number | null },
  { unreadable, read = [], skipped: left = [] }: FilesOfRun & Pick<Documents, 'unreadable'>,
  { json, ndjson }: RunFlags,
  world: World,
): ExitCode {
  const { total, inputTokens, upperBoundUsd: most } = bounds;
  const skipped = listed(left);
  world.stdout.write(
    json || ndjson
      ? asJson({ ...bounds, counted: 'estimate', unreadable, read, skipped }, json ? 2 : undefined)
      : lines([
          `${total.toLocaleString('en')} branches, ${inputTokens.toLocaleString('en')} input tokens, estimated; ${atMost(most)}`,
          ...unreadable.map(({ key, reason }) => line`${key}  cannot be read: ${reason}`),
          ...readLines(read),
          ...skippedLines(skipped),
          'Nothing was started.',
        ]),
  );
  return exitCodes.complete;
}
