import { mapDefaults } from '../map-plan.js';
import type { MapInput } from '../map-plan.js';
import { carried, chunk, fanOutFields, jsonSchema, key, known, modelFields, searchable } from './parts.js';
import { either, list, map, object, text, whole } from './schema.js';

type Row = NonNullable<MapInput['rows']>[number];

const row = object<Row>(
  'A row.',
  {
    key: key('Names the row in the result.'),
    fields: map('The columns that the prompt names, by name.', { description: 'Any JSON.' }),
    unreadable: text('Why the row cannot be asked about: its branch has failed, and nothing is asked.'),
  },
  ['key'],
);

export const mapInput = object<MapInput>(
  'Input of the workflow `map`: one prompt over each row of a table. It has `rows`, or `chunks` where there are many.',
  {
    prompt: text('A template over the columns of a row: `{{ column }}`.', { minLength: 1 }),
    system: text('What the model is told before each prompt; rules for answering about one row by default.'),
    schema: jsonSchema('JSON Schema of an answer; plain text by default.'),
    samples: whole('How often each row is asked about.', { maximum: 100, default: mapDefaults.samples }),
    vote: either(
      'A vote over the answers about a row: `true` for whole answers, or the field that counts.',
      { type: 'boolean' },
      text('A field of the answers.', { minLength: 1 }),
    ),
    rows: list('In the order of the result.', row, { minItems: 1, maxItems: 50, uniqueBy: 'key' }),
    chunks: list('Rows of a wide run, in the order of the result.', chunk, { minItems: 1 }),
    carried,
    ...fanOutFields({ concurrency: mapDefaults.concurrency }),
    ...modelFields(mapDefaults.maxTokens),
    searchable,
    known,
  },
  ['prompt'],
);
