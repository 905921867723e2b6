import type { StoredBranch } from '../../contract/branch.js';
import type { Kind } from '../../contract/names.js';
import type { RunResult } from '../../contract/run-result.js';
import type { BranchStatus, RunStatus } from '../../contract/run.js';
import type { Hit } from '../../contract/source.js';
import { severities } from '../../fold/findings.js';
import type { Finding } from '../../fold/findings.js';
import type { RankedHit } from '../../fold/hits.js';
import { storedValue } from './parts.js';
import { either, flag, list, map, number, open, text, whole, word } from './schema.js';
import type { ObjectSchema, Schema } from './schema.js';

// Results are open: a later version may say more.

const runStatuses = ['complete', 'partial', 'failed', 'cancelled'] as const satisfies readonly RunStatus[];
const branchStatuses = [
  'ok',
  'truncated',
  'refused',
  'invalid',
  'failed',
  'timed-out',
  'cancelled',
  'skipped',
  'late',
] as const satisfies readonly BranchStatus[];

const any: Schema = {};
const nothing: Schema = { const: null };
const time = (description: string) => either(`${description} RFC 3339, in UTC.`, text('A time.'), nothing);
const amount = (description: string) => number(description, { minimum: 0 });
const count = (description: string) => whole(description, { minimum: 0 });
const numbers = (description: string) => list(description, { type: 'integer' });

const branch = open<StoredBranch>(
  {
    key: text('Its key.'),
    index: count('Its place in input order, from 0.'),
    status: word('How it ended. Only `ok` is an answer to build on.', branchStatuses),
    output: storedValue('The answer, itself or in the store; absent where there is none.'),
    error: open(
      { type: text('A stable name.'), message: text('For people.') },
      ['type', 'message'],
      'Why it is not ok.',
    ),
    model: text('The model that answered.'),
    attempts: count('Tries.'),
    reused: flag('Whether the answer came from the journal.'),
    hedged: flag('Whether it was asked a second time.'),
    usage: map('Tokens: `inputTokens`, `outputTokens`, `cacheReadTokens`, `cacheWriteTokens`.', count('Tokens.')),
    costUsd: either('US dollars; null where the price is not known.', amount('US dollars.'), nothing),
    savedUsd: amount('US dollars not spent because the answer was already there.'),
    startedAt: time('Start of the first try; null where there was none.'),
    finishedAt: time('End; null where it never came that far.'),
    latency: map('Milliseconds: `queuedMs`, `modelMs`, `retryWaitMs`, `totalMs`.', amount('Milliseconds.')),
  },
  ['key', 'index', 'status', 'attempts', 'usage', 'costUsd', 'latency'],
  'A branch and how it ended.',
);

const hitFields = {
  title: text('Its title.'),
  link: text('Its address; empty where it has none.'),
  text: text('Its text.'),
} satisfies Record<keyof Hit, Schema>;

const citations = open(
  { cited: numbers('Numbers of hits that it cites.'), unknown: numbers('Numbers that it cites and no hit has.') },
  ['cited', 'unknown'],
  'Numbers in the answer.',
);

const byKey: Schema = {
  description: 'The answers that are ok, by key; with a fan-in, what that made of them.',
};

/** The output of each kind, for files. */
const outputs: Record<Kind, Schema> = {
  perspectives: byKey,
  compare: byKey,
  summarise: {
    description:
      'A list of `{ key, summary }` in input order, of the documents that are ok; with a fan-in, what that made of them; null for a wide run.',
  },
  map: {
    description:
      'The answers that are ok, by the keys of rows, or `KEY#1`, `KEY#2` and so on where there are samples; null for a wide run. Readers make rows and votes of them.',
  },
  gather: open(
    {
      hits: list(
        'The best hits first.',
        open<RankedHit>(
          { ...hitFields, sources: list('Sources that had it.', text('A name.')), score: amount('Its score.') },
          ['title', 'link', 'text', 'sources', 'score'],
        ),
      ),
      answer: text('The answer, where one was wanted.'),
      citations,
    },
    ['hits'],
  ),
  validate: open(
    {
      findings: list(
        'In the order of the text.',
        open<Finding>(
          {
            check: text('The check that said it; several, separated by commas.'),
            severity: word('How grave it is.', severities),
            line: whole('Line, from 1.'),
            column: whole('Column, from 1, in UTF-16 code units.'),
            quote: text('As it stands in the text.'),
            message: text('What is wrong.'),
            suggestion: text('What to write instead.'),
          },
          ['check', 'severity', 'line', 'column', 'quote', 'message'],
        ),
      ),
      unplaced: count('Findings whose quote is not in the text; they are left out.'),
    },
    ['findings', 'unplaced'],
  ),
  graph: { description: "The value of the flow's `output`, or all of the state." },
  agent: { description: "The agent's answer." },
  research: open(
    {
      answer: text('The report.'),
      sources: list('What it cites, by number.', any),
      citations,
      tasks: list('Questions that were answered.', any),
      open: list('Questions that were not.', text('A question.')),
    },
    ['answer', 'sources', 'citations', 'tasks', 'open'],
  ),
};

/** What a workflow of that kind returns. One that fails has the same in the first detail of its failure `RunFailed`. */
export function resultSchema(kind: Kind): ObjectSchema {
  return open<RunResult>(
    {
      status: word('How the run ended.', runStatuses),
      output: either(
        'The output. null stands in it for an answer that is too large for history: see `references`.',
        outputs[kind],
        nothing,
      ),
      references: list('Answers that are too large, and their places in the output.', any),
      branches: list('In input order; none of a wide run.', branch),
      criticalPath: list('Keys of the branches that the end of the run waited for.', text('A key.')),
      fanIn: map('The part of the fan-in, where it asked a model.', any),
      contradictions: list('Keys on which writers did not agree, and who said what.', any),
      stoppedBy: word('Of an agent: the limit at which it had to answer.', ['turns', 'tokens', 'calls']),
      wide: map('The branches of a wide run: sums, and references to the store.', any),
      firstAnswer: map('How it stood when the join policy was satisfied.', any),
    },
    ['status', 'output', 'branches', 'criticalPath'],
    `Result of the workflow \`${kind}\`.`,
  );
}
