import { mkdtemp, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { cassetteIn } from '../../src/journal/cassette/cassette-in.js';
import { Cassette } from '../../src/journal/cassette/cassette.js';
import type { CassetteQuestion } from '../../src/journal/cassette/cassette.js';
import { readRecording, writeRecording } from '../../src/journal/cassette/recording.js';
import type { RecordedMessage } from '../../src/journal/cassette/recording.js';
import { Secrets } from '../../src/secrets/index.js';

const usage = { inputTokens: 1, outputTokens: 2, cacheReadTokens: 0, cacheWriteTokens: 0 };
const message: RecordedMessage = { text: 'Yes.\nNo.', stopReason: 'end_turn', refusal: undefined, model: 'm-1', usage };
const paid = { costUsd: 0.5, answeredAtMs: 1_700_000_000_000, clean: <T>(recording: T) => recording };

let directory: string;
let cassette: Cassette;

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'fanfold-cassette-'));
  cassette = new Cassette({ directory });
});

afterEach(() => rm(directory, { recursive: true }));

interface Asked {
  prompt?: string;
  document?: string;
  model?: string;
  source?: string;
  branch?: string;
}

function asks({ prompt = 'What is owed?', document, model = 'm', source = 'https://a', branch = 'legal' }: Asked = {}) {
  const texts = [...(document === undefined ? [] : [document]), prompt].map((text) => ({ type: 'text', text }));
  const body = { model, max_tokens: 9, system: 'Be brief.', messages: [{ role: 'user', content: texts }] };
  return { branch, source, body } satisfies CassetteQuestion;
}

it('plays back what came, wherever it was asked, and keeps online and offline apart (Cassette-1, Cassette-3)', async () => {
  const refused = { ...message, text: '', stopReason: 'refusal', refusal: 'cyber' };
  await cassette.keep(asks(), refused, paid);
  const other = new Cassette({ directory, record: false });
  expect(await other.find(asks({ source: 'http://127.0.0.1:4000', branch: 'other' }))).toMatchObject({
    message: refused,
    costUsd: 0.5,
  });
  expect(await other.find(asks({ source: 'offline' }))).toBeUndefined();
  expect(await other.find({ ...asks(), notBeforeMs: 1_700_000_000_001 })).toBeUndefined();
});

it.each([
  ['contract.yaml', message],
  ['contract.yml', { ...message, text: 'half of a pair: \ud800' }],
])('finds a recording that somebody has named %s (Cassette-1)', async (name, recorded) => {
  await cassette.keep(asks(), recorded, paid);
  const [before = ''] = await readdir(directory);
  await rename(join(directory, before), join(directory, name));
  await writeFile(join(directory, 'notes.yaml'), 'key: of the front door');
  const other = new Cassette({ directory });
  expect(await other.find(asks())).toMatchObject({ message: { text: recorded.text } });
  await other.keep(asks(), { ...message, text: 'New.' }, paid);
  expect((await readdir(directory)).toSorted()).toEqual([name, 'notes.yaml']);
});

it('finds what others have recorded since, and has one file for a question (Cassette-2)', async () => {
  const other = new Cassette({ directory });
  expect(await other.find(asks())).toBeUndefined();
  await cassette.keep(asks(), message, paid);
  expect(await other.find(asks())).toBeDefined();
  await other.keep(asks({ branch: 'again' }), { ...message, text: 'New.' }, paid);
  expect(await readdir(directory)).toEqual([expect.stringMatching(/^legal-[0-9a-f]{16}\.yaml$/)]);
  expect(await cassette.find(asks())).toMatchObject({ message: { text: 'New.' } });
});

it('writes lines of a text as lines, and gives back any text and any blocks', async () => {
  await cassette.keep(asks({ prompt: 'One.\nTwo.' }), message, paid);
  const [name = ''] = await readdir(directory);
  const file = await readFile(join(directory, name), 'utf8');
  expect(file.split('\n')).toEqual(expect.arrayContaining([expect.stringMatching(/^ +Two\.$/), '    No.']));
  for (const text of oddTexts) {
    const content = [{ type: 'text', text }, { [text]: [text, null, 0.5, true] }];
    const whole = { ...message, text, content };
    const recording = { key: 'a'.repeat(64), branch: text, question: { a: text }, message: whole, ...paid };
    expect(readRecording(writeRecording(recording)), JSON.stringify(text)).toEqual(recordingWithout(recording));
  }
});

/** Texts that YAML takes for something else, or could give back otherwise. */
const oddTexts = [
  '',
  ' ',
  '\n',
  ' \n\t',
  'a\r\nb\r',
  'a\n\n\n',
  '\n\na',
  'a \nb ',
  '  a\n b',
  '\ta\n\tb',
  '# a',
  'a # b',
  '---',
  '...',
  '- a',
]
  .concat([
    'a: b',
    '? a',
    '"',
    "'",
    '&a',
    '*a',
    '!!a',
    '<<',
    'null',
    '~',
    'yes',
    '1.0',
    '0o7',
    '1e5',
    '2026-11-28',
    '%YAML 1.2',
    '{',
    '[a',
    '|',
    '>-',
  ])
  .concat([
    '\u0000\u0007\u001b',
    '\u0085',
    '\u2028\u2029',
    '\ud800',
    'a\ud800\nb',
    '\ufeffa',
    '\u{1d4b3}',
    '__proto__',
    `${'long '.repeat(60)}\nx`,
  ]);

/** What a recording is read as: the functions of this test are not in it. */
function recordingWithout(recording: { clean: unknown }): object {
  return Object.fromEntries(Object.entries(recording).filter(([name]) => name !== 'clean'));
}

it('has no secret in it, and no bytes of files', async () => {
  const secrets = new Secrets({ SERVICE_TOKEN: 'made-up-token-1' });
  const bytes = { type: 'image', source: { type: 'base64', data: 'QUJD'.repeat(99) } };
  const question = asks({ prompt: 'Is made-up-token-1 one?' });
  (question.body.messages[0]!.content as unknown[]).unshift(bytes);
  const clean = <T>(recording: T) => secrets.value(recording);
  await cassette.keep(question, { ...message, text: 'made-up-token-1 is.' }, { ...paid, clean });
  const [name = ''] = await readdir(directory);
  const file = await readFile(join(directory, name), 'utf8');
  expect(file).not.toMatch(/made-up-token-1|QUJDQUJD/);
  expect(file).toContain('(396 characters of base64)');
  expect(await cassette.find(question)).toMatchObject({ message: { text: '[redacted] is.' } });
});

describe('a miss', () => {
  it.each<[string, Asked, Asked, RegExp]>([
    [
      'the prompt',
      { prompt: 'a\nWhat is owed?' },
      { prompt: 'a\nWhat is due?' },
      /prompt: line 2 was "What is owed\?" and is "What is due\?" \(/,
    ],
    ['the model', {}, { model: 'm-2' }, /differs in model: was "m" and is "m-2" \(/],
    ['the document', { document: 'Old.' }, { document: 'New.' }, /document: was "Old\." and is "New\."/],
    ['what is asked beside it', { document: 'Old.' }, {}, /document: it was "Old\.", and there is none/],
    ['who answers', {}, { source: 'offline' }, /offline: there was none, and is "true"/],
    [
      'the middle of a long line',
      { prompt: `${'x '.repeat(90)}old` },
      { prompt: `${'x '.repeat(90)}new` },
      /was "…x .*old" and is "…x .*new"/,
    ],
  ])('names the nearest recording, and what differs: %s', async (_, recorded, asked, message_) => {
    await cassette.keep(asks({ prompt: 'Far off.', model: 'far', branch: 'legal' }), message, paid);
    await cassette.keep(asks(recorded), message, paid);
    const miss = await cassette.miss(asks(asked));
    expect(miss).toMatchObject({ type: 'CassetteMiss', message: expect.stringMatching(message_) });
    expect(miss.message).toMatch(/^Nothing is recorded of what `legal` asks\. legal-[0-9a-f]{16}\.yaml differs in /);
  });

  it('tells that there is nothing at all, or only what is too old', async () => {
    expect((await cassette.miss(asks())).message).toBe(
      `Nothing is recorded of what \`legal\` asks, nor anything else, in ${directory}.`,
    );
    await cassette.keep(asks(), message, paid);
    expect((await cassette.miss(asks())).message).toMatch(/that is new enough for `--fresh`: legal-.* is older/);
  });

  it('is a recording that cannot be read, such as one with the marks of a merge', async () => {
    await cassette.keep(asks(), message, paid);
    const [name = ''] = await readdir(directory);
    await writeFile(join(directory, name), '<<<<<<< ours\nversion: 1\n');
    await expect(cassette.find(asks())).rejects.toMatchObject({
      type: 'CassetteMiss',
      message: expect.stringMatching(/legal-.*\.yaml cannot be read: /),
    });
  });
});

it('is named by the environment', () => {
  expect(cassetteIn({}, '/here')).toBeUndefined();
  expect(cassetteIn({ FANFOLD_CASSETTE: 'there' }, '/here')).toEqual({ directory: '/here/there', record: true });
  expect(cassetteIn({ FANFOLD_CASSETTE: '/there', FANFOLD_CASSETTE_RECORD: '0' }, '/here')).toMatchObject({
    record: false,
  });
  expect(() => cassetteIn({ FANFOLD_CASSETTE: 'a', FANFOLD_CASSETTE_RECORD: 'no' }, '/')).toThrow(
    'Expected `FANFOLD_CASSETTE_RECORD` to be 0 or 1, got `no`.',
  );
});
