import type { Kind } from '../../../src/contract/names.js';
import type { InputByKind } from '../../../src/plan/schema/input-by-kind.js';

const document = { inline: 'The customer pays in advance.' };
const calculator = {
  name: 'calculator',
  description: 'Works out a sum.',
  inputSchema: { type: 'object', properties: { expression: { type: 'string' } } },
  by: { kind: 'calculator' },
} as const;
const docs = { name: 'docs', kind: 'files', folder: '/docs' } as const;
const search = {
  name: 'search',
  kind: 'http',
  url: 'https://example.org/?q={{ query }}',
  hits: '$[*]',
  title: '$.title',
  link: '$.link',
  text: '$.text',
  headers: { accept: 'application/json' },
} as const;

/** An input of each kind that uses much of what it may have. */
export const examples: { [K in Kind]: InputByKind[K] } = {
  perspectives: {
    document,
    title: 'terms.md',
    perspectives: ['legal', { key: 'tax', instruction: 'What is taxed?' }],
    fanIn: 'synthesise',
    criteria: 'What is owed?',
    join: 'quorum',
    quorum: 1,
    deadlineMs: 30_000,
    late: 'amend',
    atLeast: 0.5,
    timeoutMs: 20_000,
    attempts: 2,
    concurrency: 4,
    hedge: true,
    budget: { usd: 0.5, boundsUsd: [0.1, 0.1], fanInUsd: 0.1 },
    economy: false,
    fresh: true,
    model: 'claude-sonnet-5-5',
    maxTokens: 1_000,
    offline: true,
    searchable: false,
  },
  summarise: {
    documents: [
      { key: 'a.md', text: document },
      { key: 'b.md', text: { sha256: 'a'.repeat(64), bytes: 100_000 } },
      { key: 'c.md', text: { inline: '' }, unreadable: 'It is no text.' },
    ],
    sentences: 3,
    splitTokens: 100_000,
  },
  gather: { question: 'What is owed?', sources: [docs, search], limit: 5, answer: true, budgetUsd: 0.2 },
  validate: {
    text: 'The teh end.',
    document: { inline: 'The teh end.' },
    checks: [
      'grammar',
      'facts',
      { name: 'short', criterion: 'It is short.' },
      { name: 'typo', pattern: 'teh', severity: 'error' },
    ],
    localGrammar: true,
    dialect: 'british',
    words: ['fanfold'],
    references: [{ name: 'terms', text: document }],
    sources: [docs],
  },
  graph: {
    flow: {
      input: { topic: 'string' },
      nodes: {
        first: { prompt: 'On {{ topic }}', onError: 'fallback', fallback: null },
        last: { prompt: '{{ first }}', needs: ['first'] },
      },
      output: 'last',
    },
    values: { topic: { inline: 'prepayment' } },
  },
  agent: { task: 'Work out 6 * 7.', tools: [calculator], maxTurns: 3, allow: ['all'], approvalMs: 60_000 },
  compare: {
    variants: [
      { name: 'short', prompt: 'Say it short.' },
      { name: 'long', prompt: 'Say it long.' },
    ],
    models: ['claude-sonnet-5-5'],
    document,
    best: 'judge',
    criteria: 'Clarity.',
  },
  research: {
    question: 'What is owed?',
    sources: [docs],
    tasks: 2,
    rounds: 1,
    tools: [calculator],
    toolTimeoutMs: 1_000,
  },
  map: {
    prompt: 'Is this spam? {{ subject }}',
    system: 'Answer in a word.',
    schema: {
      type: 'object',
      properties: { label: { type: 'string' } },
      required: ['label'],
      additionalProperties: false,
    },
    samples: 3,
    vote: 'label',
    rows: [
      { key: '1', fields: { subject: 'Offer' } },
      { key: '2', fields: { subject: 'Minutes' }, unreadable: 'It is damaged.' },
    ],
  },
};
