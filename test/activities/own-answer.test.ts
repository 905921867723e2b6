import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { expect, it, onTestFinished } from 'vitest';

import { openJournal } from '../../src/journal/index.js';
import { openDesk } from './asking.js';

async function deskWithJournal() {
  const home = await mkdtemp(join(tmpdir(), 'fanfold-own-'));
  const journal = await openJournal({ home, onWarning: () => {} });
  onTestFinished(async () => {
    await journal.close();
    await rm(home, { recursive: true });
  });
  return openDesk({}, { journal });
}

const reserve = { usd: 1, questionUsd: 0.2 };

it.each([
  ['where a budget holds', { reserve }],
  ['where none does', {}],
])(
  'counts what a try had paid for whose worker died before it could say so, and saves nothing by finding it, %s',
  async (_, call) => {
    const { model, ask } = await deskWithJournal();
    const first = await ask(call).answer;
    const heartbeatDetails = {
      ...first.ledger,
      usage: { ...first.ledger.usage, inputTokens: 0 },
      costUsd: 0,
      open: true,
      answered: false,
    };
    const second = await ask(call, { attempt: 2, heartbeatDetails }).answer;
    expect(model.total).toBe(1);
    expect(second).toMatchObject({ status: 'ok', reused: false, savedUsd: 0 });
    expect(second.ledger).toMatchObject({ attempts: 1, costUsd: first.ledger.costUsd, lostUsd: 0 });
  },
);

it('does not count twice what the try had said', async () => {
  const { model, ask } = await deskWithJournal();
  const first = await ask().answer;
  const second = await ask({}, { attempt: 2, heartbeatDetails: first.ledger }).answer;
  expect(model.total).toBe(1);
  expect(second.ledger).toMatchObject({ costUsd: first.ledger.costUsd, usage: first.ledger.usage, lostUsd: 0 });
});
