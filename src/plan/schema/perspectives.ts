import { mostWays } from '../../contract/limits.js';
import type { PerspectivesInput } from '../perspectives-plan.js';
import type { Perspective } from '../perspective.js';
import { defaultPerspectives } from '../specialists.js';
import {
  carried,
  chunk,
  jsonSchema,
  fanInFields,
  fanOutFields,
  known,
  modelFields,
  searchable,
  storedDocument,
} from './parts.js';
import { either, list, number, object, text, whole } from './schema.js';

const name = text('A name: letters, digits, spaces, "-" or "_".', { minLength: 1, maxLength: 64 });

const own = object<Perspective>(
  'A perspective of your own.',
  {
    key: name,
    instruction: text('What the specialist is asked.', { minLength: 1 }),
    model: text("The API's model id; the run's by default.", { minLength: 1, maxLength: 128 }),
    maxTokens: whole("Most output tokens of its answer; the run's by default."),
    outputSchema: jsonSchema('JSON Schema of its answer; Markdown by default.'),
    weight: number('How much it counts where a fan-in weighs the readings.', {
      exclusiveMinimum: 0,
      maximum: 1_000,
      default: 1,
    }),
  },
  ['key', 'instruction'],
);

export const perspectivesInput = object<PerspectivesInput>(
  'Input of the workflow `perspectives`: several specialists read one text at once, or each of several. It has a `document`, or `chunks`.',
  {
    document: storedDocument('The text, or a file; `chunks` where there are several.', 1),
    chunks: list('Several documents, each read by every specialist, in the order of the result.', chunk, {
      minItems: 1,
    }),
    title: text('What the document is called in the Web UI.'),
    perspectives: {
      ...list(
        'In the order of the result, none twice. A bare name takes an instruction of its own.',
        either('A perspective.', name, own),
        { minItems: 1, maxItems: mostWays, uniqueBy: 'key' },
      ),
      default: defaultPerspectives,
    },
    ...fanInFields,
    ...fanOutFields(),
    ...modelFields(),
    carried,
    known,
    searchable,
  },
  [],
);
