import { bestBy } from '../compare-plan.js';
import type { CompareInput } from '../compare-plan.js';
import { carried, chunk, jsonSchema, fanOutFields, known, modelFields, searchable, storedDocument } from './parts.js';
import { list, object, text, word } from './schema.js';

const model = text("The API's model id.", { minLength: 1, maxLength: 128 });

const variant = object<CompareInput['variants'][number]>(
  'A prompt by name.',
  { name: text('Its name.', { minLength: 1, maxLength: 128 }), prompt: text('The prompt.', { minLength: 1 }) },
  ['name', 'prompt'],
);

export const compareInput = object<CompareInput>(
  'Input of the workflow `compare`: several models, or several prompts, answer at once.',
  {
    models: list("The API's model ids, none twice; `model` by default.", model, { minItems: 1, maxItems: 50 }),
    variants: list('Prompts, in the order of the result.', variant, { minItems: 1, maxItems: 50, uniqueBy: 'name' }),
    document: storedDocument('What all prompts are about.'),
    chunks: list(
      'Rows in place of a document, each asked about in every way: the prompts are templates over their columns.',
      chunk,
      { minItems: 1 },
    ),
    schema: jsonSchema('JSON Schema of an answer; plain text by default.'),
    best: word('How the best answer is found; by default all stand side by side.', bestBy),
    criteria: text('What the judge is to look for.', { minLength: 1 }),
    judgeModel: text("The judge's model; `model` by default.", { minLength: 1, maxLength: 128 }),
    ...fanOutFields(),
    ...modelFields(),
    carried,
    known,
    searchable,
  },
  ['variants'],
);
