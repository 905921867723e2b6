import type { PerspectivesInput } from '../perspectives-plan.js';
import type { Perspective } from '../perspective.js';
import { defaultPerspectives } from '../specialists.js';
import { fanInFields, fanOutFields, modelFields, searchable, storedText } from './parts.js';
import { either, list, object, text } from './schema.js';

const name = text('A name: letters, digits, spaces, "-" or "_".', { minLength: 1, maxLength: 64 });

const own = object<Perspective>(
  'A perspective of your own.',
  { key: name, instruction: text('What the specialist is asked.', { minLength: 1 }) },
  ['key', 'instruction'],
);

export const perspectivesInput = object<PerspectivesInput>(
  'Input of the workflow `perspectives`: several specialists read one text at once.',
  {
    document: storedText('The text.', 1),
    title: text('What the document is called in the Web UI.'),
    perspectives: {
      ...list(
        'In the order of the result, none twice. A bare name takes an instruction of its own.',
        either('A perspective.', name, own),
        { minItems: 1, maxItems: 50, uniqueBy: 'key' },
      ),
      default: defaultPerspectives,
    },
    ...fanInFields,
    ...fanOutFields(),
    ...modelFields(),
    searchable,
  },
  ['document'],
);
