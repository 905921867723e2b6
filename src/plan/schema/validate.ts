import { mostWays } from '../../contract/limits.js';
import { dialects } from '../../contract/dialects.js';
import { severities } from '../../fold/findings.js';
import type { PatternCheck, Severity } from '../../fold/findings.js';
import { checkNames, defaultTone } from '../validate-plan.js';
import type { ValidateInput } from '../validate-plan.js';
import { carried, chunk, fanOutFields, key, known, modelFields, searchable, storedText } from './parts.js';
import { either, flag, list, object, text, word } from './schema.js';
import { sourcesOf } from './sources.js';

const name = key('Names the check in the result.');

const criterion = object<{ name: string; criterion: string; severity?: Severity }>(
  'A criterion in words, which the model judges.',
  {
    name,
    criterion: text('What the text is held against.', { minLength: 1 }),
    severity: word('How grave what it finds is; the model says so by default.', severities),
  },
  ['name', 'criterion'],
);

const pattern = object<{ name: string } & PatternCheck>(
  'A pattern that is searched for.',
  {
    name,
    pattern: text('A regular expression of JavaScript, with the flag `u`.', { minLength: 1 }),
    severity: word('How grave what it finds is.', severities, 'warning'),
    message: text('What is said of each place.', { minLength: 1 }),
    suggestion: text('What to write instead.'),
  },
  ['name', 'pattern'],
);

type Reference = NonNullable<ValidateInput['references']>[number];

export const validateInput = object<ValidateInput>(
  'Input of the workflow `validate`: several checks of one text at once, or of each of several. It has a `text` and a `document`, or `chunks`.',
  {
    text: text('The text.', { minLength: 1 }),
    document: storedText('The same text, for the checks that ask the model.', 1),
    chunks: list('Several texts, each looked at by every check, in the order of the result.', chunk, { minItems: 1 }),
    title: text('What the text is called in the Web UI.'),
    checks: {
      ...list(
        `In the order of the result, none twice. A bare name is one of ${checkNames.join(', ')}.`,
        either('A check.', text('A name.', { minLength: 1, maxLength: 64 }), criterion, pattern),
        { minItems: 1, maxItems: mostWays, uniqueBy: 'name' },
      ),
      default: checkNames,
    },
    localGrammar: flag('Whether the rules of a grammar checker look at the text too, as a branch `grammar-local`.'),
    dialect: word('Dialect of English for `grammar`; the one that shows in the text by default.', dialects),
    words: list('Words that are right for `grammar`.', text('A word.'), { maxItems: 10_000 }),
    tone: text('The tone that `tone` looks for.', { default: defaultTone }),
    references: list(
      'What `facts` holds the text against; without any, the text itself.',
      object<Reference>('A reference.', { name: text('What it is called.'), text: storedText('The text.') }, [
        'name',
        'text',
      ]),
    ),
    sources: sourcesOf('Sources whose hits `facts` holds the text against as well.'),
    query: text('Query for the sources; the beginning of the text by default.'),
    ...fanOutFields(),
    ...modelFields(),
    known,
    searchable,
    carried,
  },
  [],
);
