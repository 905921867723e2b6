import { summariseDefaults } from '../summarise-plan.js';
import type { SummariseInput } from '../summarise-plan.js';
import {
  carried,
  chunk,
  fanInFields,
  fanOutFields,
  key,
  known,
  modelFields,
  searchable,
  storedDocument,
} from './parts.js';
import { list, object, text, whole } from './schema.js';

type Document = NonNullable<SummariseInput['documents']>[number];

const document = object<Document>(
  'A document.',
  {
    key: key('Names the document in the result.'),
    text: storedDocument('The text, or a file.'),
    unreadable: text('Why the document could not be read: its branch has failed, and nothing is asked.'),
  },
  ['key', 'text'],
);

export const summariseInput = object<SummariseInput>(
  'Input of the workflow `summarise`: one summary for each document. It has `documents`, or `chunks` where there are many.',
  {
    documents: list('In the order of the result.', document, { minItems: 1, maxItems: 50, uniqueBy: 'key' }),
    chunks: list('Documents of a wide run, in the order of the result.', chunk, { minItems: 1 }),
    sentences: whole('Sentences of a summary.', { maximum: 100, default: summariseDefaults.sentences }),
    splitTokens: whole('A document of more tokens, by estimate, is read in parts.', {
      default: summariseDefaults.splitTokens,
    }),
    carried,
    ...fanInFields,
    ...fanOutFields({ concurrency: summariseDefaults.concurrency }),
    ...modelFields(summariseDefaults.maxTokens),
    known,
    searchable,
  },
  [],
);
