import { randomBytes } from 'node:crypto';

import { describe, expect, it } from 'vitest';

import { JournalTransfer } from '../../src/journal/index.js';
import type { JournalSettings, PlacedLine } from '../../src/journal/index.js';
import { placedLines } from '../../src/cli/read/placed-lines.js';
import { entryOf, keyOf } from './entries.js';
import { backends, makeSite, open } from './journals.js';
import type { Site } from './journals.js';

const key = randomBytes(32).toString('base64');
const usage = { inputTokens: 1, outputTokens: 2, cacheReadTokens: 0, cacheWriteTokens: 0 };

async function exported(site: Site, settings: Partial<JournalSettings> = {}, clear = false): Promise<string[]> {
  const transfer = await JournalTransfer.open({ ...site, ...settings });
  try {
    const lines: string[] = [];
    for await (const line of transfer.lines({ clear })) lines.push(line);
    return lines;
  } finally {
    await transfer.close();
  }
}

async function imported(lines: readonly string[], site: Site, settings: Partial<JournalSettings> = {}) {
  const transfer = await JournalTransfer.open({ ...site, ...settings });
  try {
    return await transfer.take(placed(lines));
  } finally {
    await transfer.close();
  }
}

async function* placed(lines: readonly string[]): AsyncGenerator<PlacedLine> {
  yield* placedLines(
    (async function* () {
      yield Buffer.from(lines.join('\n'));
    })(),
    'answers.jsonl',
  );
}

describe.each(backends)('the %s journal', (backend) => {
  it('is carried elsewhere whole, page after page, and an import can be repeated (JournalTransfer-2)', async () => {
    const [here, there] = [await makeSite(backend), await makeSite(backend)];
    const journal = await open(here);
    const answers = Array.from({ length: 450 }, (_, at) => (at % 9 === 0 ? { text: `${at}`, content: [] } : `é ${at}`));
    await Promise.all(answers.map((answer, at) => journal.put(keyOf(at), entryOf(answer))));

    const lines = await exported(here);
    expect(lines).toHaveLength(450);
    expect(lines.map((line) => JSON.parse(line).key)).toEqual(answers.map((_, at) => keyOf(at)).toSorted());
    expect(await imported(lines, there)).toMatchObject({ kept: 450, known: 0 });
    expect(await imported(lines, there)).toMatchObject({ kept: 0, known: 450 });
    expect(await exported(there)).toEqual(lines);
    expect(await (await open(there)).get(keyOf(7))).toEqual(await journal.get(keyOf(7)));
  });

  it('replaces older answers only, of one import too (JournalTransfer-2)', async () => {
    const [here, older, newer] = [await makeSite(backend), await makeSite(backend), await makeSite(backend)];
    const journal = await open(here);
    await journal.put(keyOf('a'), entryOf('here', { answeredAtMs: Date.now() - 3_600_000 }));
    await (await open(older)).put(keyOf('a'), entryOf('older', { answeredAtMs: Date.now() - 7_200_000 }));
    await (await open(newer)).put(keyOf('a'), entryOf('newer'));
    const lines = [...(await exported(newer)), ...(await exported(older))];
    expect(await imported(await exported(older), here)).toMatchObject({ kept: 0, known: 1 });
    expect(await journal.get(keyOf('a'))).toMatchObject({ answer: 'here' });
    expect(await imported(lines, here)).toMatchObject({ kept: 1, known: 1 });
    expect(await journal.get(keyOf('a'))).toMatchObject({ answer: 'newer' });
  });

  it('leaves encrypted as it is encrypted, and in clear where that is asked for (JournalTransfer-1)', async () => {
    const [here, there] = [await makeSite(backend), await makeSite(backend)];
    await (await open(here)).put(keyOf('before'), entryOf('CANARY before there was a key'));
    await (await open(here, { encryptionKey: key })).put(keyOf('after'), entryOf('CANARY'));
    const sealed = await exported(here, { encryptionKey: key });
    expect(sealed).toHaveLength(2);
    expect(sealed.join()).not.toContain('CANARY');
    expect((await exported(here)).filter((line) => line.includes('sealed'))).toHaveLength(1);
    await expect(exported(here, {}, true)).rejects.toThrow(/wanted in clear, got [0-9a-f]{12}…, which is encrypted/);
    expect((await exported(here, { encryptionKey: key }, true)).join()).toContain('CANARY');

    await expect(imported(sealed, there)).rejects.toThrow(
      'answers.jsonl:1: Expected an answer that can be read, got one that is encrypted, and no encryption key is given.',
    );
    expect(await imported(sealed, there, { encryptionKey: key })).toMatchObject({ kept: 2 });
    expect((await exported(there)).join()).not.toContain('CANARY');
    expect(await (await open(there, { encryptionKey: key })).get(keyOf('after'))).toMatchObject({ answer: 'CANARY' });
  });
});

it('mends what is damaged, and lets be what somebody else can read', async () => {
  const here = await makeSite('embedded');
  await (await open(here, { encryptionKey: key })).put(keyOf('a'), entryOf('sealed'));
  const line = (answer: string) =>
    JSON.stringify({ version: 1, key: keyOf('a'), entry: { ...entryOf(answer), answeredAtMs: 1 } });
  expect(await imported([line('mine')], here)).toMatchObject({ kept: 0, known: 1 });
  const { DatabaseSync } = await import('@photostructure/sqlite');
  const database = new DatabaseSync(`${here.home}/journal/journal-1.db`);
  database.exec(`UPDATE entries SET record = x'0100'`);
  database.close();
  expect(await imported([line('mended')], here)).toMatchObject({ kept: 1, known: 0 });
  expect(await exported(here, {})).toEqual([expect.stringContaining('mended')]);
});

describe('a line that cannot be meant', () => {
  const entry = { answer: 'a', usage, model: 'm', costUsd: 0.5, answeredAtMs: 1_700_000_000_000 };
  const line = (changed: object, other: object = {}) =>
    JSON.stringify({ version: 1, key: keyOf('b'), entry: { ...entry, ...changed }, ...other });

  it.each([
    ['{"version":1,"key":"', /^answers\.jsonl:2: Expected one JSON object a line, got "\{\\"version\\":1/],
    ['[]', /:2: Expected a JSON object, got \[\]/],
    [line({}, { version: 2 }), /:2: Expected `version` to be 1, got 2/],
    [line({}, { key: 'abc' }), /:2: Expected `key` to be 64 hexadecimal digits, got "abc"/],
    [line({}, { entri: 1 }), /:2: Expected no other names than version, key, entry, got "entri"/],
    [line({ answer: 5 }), /:2: Expected `answer` to be a text or a JSON object, got 5/],
    [line({ answer: { content: 5 } }), /:2: Expected `answer` to have `text`, and a list as its `content`/],
    [
      line({ usage: { ...usage, inputTokens: -1 } }),
      /:2: Expected `inputTokens` to be a whole number, 0 or more, got -1/,
    ],
    [line({ costUsd: 'free' }), /:2: Expected `costUsd` to be US dollars or null, got "free"/],
    [line({ answeredAtMs: 1e14 }), /:2: Expected `answeredAtMs` to be .* not in the future, got 100000000000000/],
    [line({ model: '' }), /:2: Expected `model` to be the name of a model, got ""/],
    [
      JSON.stringify({ version: 1, key: keyOf('b'), sealed: 'AQI=' }),
      /:2: Expected an answer that can be read, got one that is cut short/,
    ],
  ])('is refused with its number, and what stands before it is kept: %s', async (bad, message) => {
    const site = await makeSite('embedded');
    await expect(imported([line({}), bad], site)).rejects.toThrow(message);
    expect(await exported(site)).toHaveLength(1);
  });

  it('ends a line that has no end', async () => {
    const endless = (async function* () {
      for (let at = 0; at < 20; at += 1) yield Buffer.alloc(10, 'a');
    })();
    const lines = placedLines(endless, 'a.jsonl', 100);
    await expect(lines.next()).rejects.toThrow('a.jsonl:1: Expected a line of at most 100 bytes, got one with more.');
  });
});
