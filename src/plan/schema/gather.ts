import { gatherDefaults } from '../gather-plan.js';
import type { GatherInput } from '../gather-plan.js';
import { dollars, fanOutFields, known, modelFields, searchable } from './parts.js';
import { flag, object, text, whole } from './schema.js';
import { sourcesOf } from './sources.js';

/** Fields that `gather` and `research` have in common. */
export const questionFields = {
  question: text('The question.', { minLength: 1, maxLength: 2_000 }),
  sources: sourcesOf('What is searched, in the order that decides between equals.', 1),
  ...modelFields(),
  known,
  searchable,
};

export const gatherInput = object<GatherInput>(
  'Input of the workflow `gather`: several sources are searched at once.',
  {
    ...questionFields,
    limit: whole('Most hits of the result.', { maximum: 200, default: gatherDefaults.limit }),
    answer: flag('Whether a model writes an answer from the hits.'),
    budgetUsd: dollars('What the answer may cost; one that might cost more is not asked for.'),
    ...fanOutFields(gatherDefaults),
  },
  ['question', 'sources'],
);
