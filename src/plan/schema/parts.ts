import { maxDurationMs } from '../../contract/duration.js';
import { fanInKinds, fanOutDefaults, joinPolicies, latePolicies, modelDefaults } from '../../contract/options.js';
import type { BudgetOptions, FanInOptions, FanOutOptions, ModelOptions } from '../../contract/options.js';
import { longestKey } from '../../contract/limits.js';
import { fileMediaTypes } from '../../contract/document.js';
import type { StoredFile } from '../../contract/document.js';
import { priorities } from '../../contract/priority.js';
import type { Known, KnownBranch } from '../../contract/known.js';
import type { Blob, Chunk } from '../../contract/lanes.js';
import { either, flag, list, map, number, object, open, text, whole, word } from './schema.js';
import type { Fields, Schema } from './schema.js';

/** Milliseconds, as long as timers of Node hold. */
export function milliseconds(description: string, fallback?: number): Schema {
  return whole(`${description} In milliseconds.`, {
    maximum: maxDurationMs,
    ...(fallback !== undefined && { default: fallback }),
  });
}

/** US dollars. */
export function dollars(description: string): Schema {
  return number(`${description} In US dollars.`, { minimum: 0, maximum: 1e9 });
}

/** A key: it becomes an activity's id, a label and a line on a terminal. */
export function key(description: string): Schema {
  return text(`${description} On one line.`, {
    minLength: 1,
    maxLength: longestKey,
    pattern: String.raw`^[^\u0000-\u001f\u007f-\u009f\ud800-\udfff]+$`,
  });
}

const blobFields: Fields<Blob> = {
  sha256: text('SHA-256 of the text, as 64 lower-case hexadecimal digits.', { minLength: 1, maxLength: 64 }),
  bytes: whole('Size of the text, in bytes.', { minimum: 0 }),
};

const inStore = object<Blob>('A value in the store, which workers can read.', blobFields, ['sha256', 'bytes']);

export const chunk = object<Chunk>(
  'Neighbouring documents, stored together: see `placeChunks`.',
  { ...blobFields, count: whole('How many documents.') },
  ['sha256', 'bytes', 'count'],
);

export function storedText(description: string, minLength = 0): Schema {
  const itself = text('The text.', minLength > 0 ? { minLength } : {});
  const inline = object<{ inline: string }>('The text itself.', { inline: itself }, ['inline']);
  return either(description, inline, inStore);
}

const extent = either(
  'What its tokens are counted by.',
  open<{ pages: number; textTokens: number }>(
    { pages: whole('Pages of a PDF.'), textTokens: whole('Tokens of their text, at most.', { minimum: 0 }) },
    ['pages', 'textTokens'],
  ),
  open<{ width: number; height: number }>(
    { width: whole('Of an image, in pixels.'), height: whole('Of an image, in pixels.') },
    ['width', 'height'],
  ),
);

const storedFile = object<StoredFile>(
  'A PDF or an image in the store, which is sent as it is.',
  {
    ...blobFields,
    mediaType: word('What it is.', fileMediaTypes),
    name: text('What it is called.', { minLength: 1 }),
    extent,
  },
  ['sha256', 'bytes', 'mediaType', 'name', 'extent'],
);

/** A text, or a file that the API reads itself. */
export function storedDocument(description: string, minLength = 0): Schema {
  const itself = text('The text.', minLength > 0 ? { minLength } : {});
  const inline = object<{ inline: string }>('The text itself.', { inline: itself }, ['inline']);
  return either(description, inline, inStore, storedFile);
}

export function storedValue(description: string, ...others: readonly Schema[]): Schema {
  const inline = object<{ inline: unknown }>('The value itself.', { inline: { description: 'Any JSON.' } }, ['inline']);
  return either(description, inline, inStore, ...others);
}

/** A value of a flow's input. */
export function flowValue(description: string): Schema {
  return storedValue(description, storedFile);
}

/** A JSON Schema. The API says what it can honour. */
export function jsonSchema(description: string): Schema {
  return map(description, {});
}

export const searchable = {
  type: 'boolean',
  description: "Whether the namespace knows fanfold's search attributes. Leave it out: a worker is asked, then.",
} as const satisfies Schema;

const budget = object<BudgetOptions>(
  'The most that the run may spend. Needs models whose price is known.',
  {
    usd: number('US dollars.', { exclusiveMinimum: 0, maximum: 1e9 }),
    boundsUsd: list(
      'The most that one question of each branch may cost, in US dollars, in input order; none for a wide run.',
      dollars('A bound.'),
    ),
    fanInUsd: dollars('The most that one question of the fan-in may cost; of a run in lanes: all of them.'),
  },
  ['usd', 'boundsUsd'],
);

export const priority = whole(
  "Which runs' calls go first where several wait, from 1, the first; the workflow's own priority by default, which is 3 unless it was started with another.",
  { maximum: priorities.last },
);

/** Fields of {@link FanOutOptions}, with the defaults of a kind. */
export function fanOutFields(
  defaults: Pick<FanOutOptions, 'timeoutMs' | 'attempts' | 'concurrency'> = {},
): Fields<FanOutOptions> {
  const { timeoutMs, attempts, concurrency } = { ...fanOutDefaults, ...defaults } as Required<FanOutOptions>;
  return {
    join: word(
      'Which branches the result waits for. `all`: the first that is not ok cancels the others; `settled`: every one ends in its own way; `quorum`: so many are ok; `first`: one is.',
      joinPolicies,
      fanOutDefaults.join,
    ),
    quorum: whole('Number of branches that `quorum` waits for; more than half by default.'),
    deadlineMs: milliseconds('Time from the start after which the run is folded as it stands; none by default.'),
    late: word(
      'The fate of branches that go on at the quorum or deadline: cut, or amending the result.',
      latePolicies,
      fanOutDefaults.late,
    ),
    atLeast: number('Least share of the branches that must be ok, or the run has failed.', {
      minimum: 0,
      maximum: 1,
      default: fanOutDefaults.atLeast,
    }),
    timeoutMs: milliseconds(
      'Time that a branch may take, its attempts and the waits between them together.',
      timeoutMs,
    ),
    attempts: whole('Most tries of a branch.', { maximum: 1_000, default: attempts }),
    concurrency: whole('Most branches of this run in flight at once.', { default: concurrency }),
    priority,
    hedge: flag('Whether to ask a second time where a branch is much slower than its siblings.'),
    budget,
    economy: flag('Whether to ask by Message Batches, at half the price and within 24 hours.'),
  };
}

/** Fields of {@link ModelOptions}, with the defaults of a kind. */
export function modelFields(maxTokens: number = modelDefaults.maxTokens): Fields<ModelOptions> {
  return {
    fresh: flag('Whether to ask anew even where the journal has the answer.'),
    model: text("The API's model id.", { minLength: 1, maxLength: 128, default: modelDefaults.model }),
    maxTokens: whole('Most output tokens of one answer.', { default: maxTokens }),
    offline: flag('Whether to ask the offline model instead of the API.'),
  };
}

export const fanInFields: Fields<FanInOptions> = {
  fanIn: word(
    'How the outcomes become one result. `merge`: by key; `select`: a judge takes the best; `synthesise`: a model writes one answer from all.',
    fanInKinds,
    'merge',
  ),
  criteria: text('Criteria of the judge, or the question of the synthesis.', { minLength: 1 }),
};

/** What is taken over from a finished run: `fanfold retry` and `retryOf` make it. */
export const known = object<Known>(
  'Outcomes of a finished run that is retried, taken over at no cost.',
  {
    from: object<Known['from']>(
      'The run that is retried.',
      { workflowId: text('Its id.', { minLength: 1 }), runId: text('That of its execution.', { minLength: 1 }) },
      ['workflowId', 'runId'],
    ),
    branches: list(
      'Outcomes by the keys of branches.',
      open<KnownBranch>(
        {
          key: text('Key of the branch.'),
          status: text('What came of it.', { minLength: 1 }),
          from: text('Workflow id of the run that has paid for it.', { minLength: 1 }),
        },
        ['key', 'status', 'from'],
      ),
    ),
    reports: list('Of a wide run: reports in the store.', map('A report.', {})),
  },
  ['from'],
);

export const carried = map('State of the execution before. Only a run that continues as new has it.', {});
