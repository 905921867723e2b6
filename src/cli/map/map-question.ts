import { startRun } from '../../client/index.js';
import { mapDefaults, planMap } from '../../plan/map-plan.js';
import type { MapInput } from '../../plan/map-plan.js';
import { forOne } from './rows-question.js';
import type { RowsQuestion } from './rows-question.js';

/** One prompt over each row, once or several times. */
export function mapQuestion(options: MapInput): RowsQuestion {
  const { prompt, schema, samples = mapDefaults.samples } = options;
  return {
    prompts: [prompt],
    schema,
    each: samples,
    hasFew: true,
    plan: (rows) => planMap({ ...options, ...rows }),
    planOfOne: () => {
      const plan = planMap({ ...forOne(options), prompt, samples, chunks: [{ sha256: '', bytes: 0, count: samples }] });
      if ('wide' in plan) return plan;
      throw new Error('Chunks make a wide plan.');
    },
    start: ({ client, searchable }, rows, { budget, ...about }) =>
      startRun(client, {
        kind: 'map',
        input: { ...options, ...(budget && { budget }), ...rows, searchable },
        ...about,
      }),
  };
}
