import { startRun } from '../../client/index.js';
import { planCompareRows } from '../../plan/compare-plan.js';
import type { CompareInput } from '../../plan/compare-plan.js';
import { forOne } from './rows-question.js';
import type { RowsQuestion } from './rows-question.js';

/** Every model, with every prompt, over each row. */
export function compareQuestion(options: CompareInput): RowsQuestion {
  const { variants, models = [''], schema } = options;
  const each = variants.length * models.length;
  return {
    prompts: variants.map(({ prompt }) => prompt),
    schema,
    each,
    hasFew: false,
    plan: ({ chunks = [], atLeast }) =>
      planCompareRows({ ...options, chunks, ...(atLeast !== undefined && { atLeast }) }),
    planOfOne: () => planCompareRows({ ...forOne(options), variants, chunks: [{ sha256: '', bytes: 0, count: each }] }),
    start: ({ client, searchable }, { chunks = [], atLeast }, { budget, ...about }) =>
      startRun(client, {
        kind: 'compare',
        input: { ...options, ...(atLeast !== undefined && { atLeast }), ...(budget && { budget }), chunks, searchable },
        ...about,
      }),
  };
}
