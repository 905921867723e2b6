import { exitCodes } from '../../contract/exit-codes.js';
import type { ExitCode } from '../../contract/exit-codes.js';
import type { Item } from '../../contract/lanes.js';
import { filled } from '../../plan/fill.js';
import type { DocumentBounds } from '../run/document-bounds.js';
import type { RunFlags } from '../run/run-flags.js';
import { formatCost } from '../show/amounts.js';
import { json, line, lines, setIn } from '../show/terminal-text.js';
import type { World } from '../world.js';
import type { CheckedRows } from './check-rows.js';

/** Prints a few of the prompts as they would be asked, and the most that all of them can cost. Starts nothing. */
export function dryRunMap(
  { total, asked, shown }: CheckedRows,
  { prompts: templates, each, attempts }: { prompts: readonly string[]; each: number; attempts: number },
  bounds: DocumentBounds,
  flags: RunFlags,
  world: World,
): ExitCode {
  const { inputTokens, upperBoundUsd } = bounds.summary(asked);
  const prompts = shown.flatMap(({ key, fields = {} }: Item) =>
    templates.map((template) => ({ key, prompt: filled(template, fields) })),
  );
  if (flags.json || flags.ndjson) {
    const outcome = {
      rows: total,
      asked,
      branches: asked * each,
      prompts,
      counted: 'estimate',
      inputTokens,
      upperBoundUsd,
      upperBoundWithRetriesUsd: upperBoundUsd === null ? null : upperBoundUsd * attempts,
    };
    world.stdout.write(json(outcome, flags.json ? 2 : undefined));
    return exitCodes.complete;
  }
  const times = each === 1 ? '' : `, ${each} times each`;
  world.stdout.write(
    lines([
      ...prompts.flatMap(({ key, prompt: text }) => [line`row ${key}:`, line`  ${setIn(text, '  ')}`, '']),
      `${asked.toLocaleString('en')} of ${total.toLocaleString('en')} rows are asked about${times}; ${inputTokens.toLocaleString('en')} input tokens, estimated; ${atMost(upperBoundUsd)}`,
      `${atMost(upperBoundUsd === null ? null : upperBoundUsd * attempts)} if all ${attempts} attempts of every branch were paid for`,
      'Nothing was started.',
    ]),
  );
  return exitCodes.complete;
}

function atMost(costUsd: number | null): string {
  return costUsd === null ? formatCost(null) : `at most ${formatCost(costUsd)}`;
}
