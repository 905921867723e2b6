import { expect, it } from 'vitest';

import { newestWords } from '../../activities/ask/newest-words.js';
import { Secrets } from '../../src/secrets/index.js';
import { openDesk } from './asking.js';

const secrets = new Secrets({ MADE_UP_TOKEN: 'made-up-token-1' });

it('tells the newest whole words, in one line, and none that is still being written', () => {
  expect(newestWords('The customer\npays with', secrets)).toBe('The customer pays');
  expect(newestWords('顧客は支払', secrets)).toBe('顧客は支払');
  const long = newestWords('word '.repeat(200), secrets);
  expect(long.length).toBeLessThanOrEqual(240);
  expect(long).toMatch(/^word( word)+$/);
});

it('tells of no secret, neither whole nor in part', () => {
  const text = `${'word '.repeat(20)}made-up-token-1 and more words`;
  for (let end = 0; end <= text.length; end += 1) {
    expect(newestWords(text.slice(0, end), secrets)).not.toMatch(/made-up/);
  }
});

it('goes out with the heartbeats of a streamed answer, and is in no ledger', async () => {
  const due = ['thirty', 'forty', 'fifty', 'sixty', 'seventy', 'eighty', 'ninety'];
  const document = due.map((days) => `The customer pays within ${days} days of the invoice.`).join(' ');
  const desk = await openDesk({ script: [{ fault: { kind: 'trickle', bytesPerSecond: 1_700 } }] });
  const { answer, heartbeats } = desk.ask({ request: { maxTokens: 2_048, document: { inline: document } } });
  const { ledger } = await answer;
  expect(heartbeats.some((beat) => /customer/.test((beat as { words?: string }).words ?? ''))).toBe(true);
  expect(ledger).not.toHaveProperty('words');
});
