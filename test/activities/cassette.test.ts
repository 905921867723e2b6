import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { expect, it, onTestFinished } from 'vitest';

import { openCassette } from '../../src/journal/index.js';
import type { ModelMessage } from '../../src/model/call/message.js';
import type { LayerQuestion, ModelLayer } from '../../src/model/layer/index.js';
import { FanfoldPlugin } from '../../src/plugin/index.js';
import { failureOf, openDesk, outputOf } from './asking.js';

async function folder(): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'fanfold-cassette-'));
  onTestFinished(() => rm(directory, { recursive: true }));
  return directory;
}

it('records calls, and plays them back without a key; one that was never made fails, and says what differs', async () => {
  const directory = await folder();
  const recording = await openDesk({}, { cassette: await openCassette({ directory }) });
  recording.model.script({ match: /refused/, fault: { kind: 'refused', category: 'cyber' } });
  const first = await outputOf(recording.ask());
  await recording.ask({ request: { prompt: 'To be refused.' } }).answer;
  expect(await outputOf(recording.ask())).toEqual(first);
  expect(recording.model.total).toBe(2);

  const { model, ask } = await openDesk(
    {},
    { cassette: await openCassette({ directory, record: false }), api: undefined },
  );
  const played = ask();
  expect(await outputOf(played)).toEqual(first);
  expect(await played.answer).toMatchObject({ status: 'ok', reused: true, ledger: { costUsd: 0 } });
  expect((await played.answer).savedUsd).toBeGreaterThan(0);
  expect(await ask({ request: { prompt: 'To be refused.' } }).answer).toMatchObject({ status: 'refused' });
  expect(await failureOf(ask({ request: { prompt: 'What is due?' } }))).toMatchObject({
    type: 'CassetteMiss',
    nonRetryable: true,
    message: expect.stringMatching(/differs in prompt: was "What is owed\?" and is "What is due\?"/),
  });
  expect(model.total).toBe(0);
});

it('asks nobody where it is only played, key or not', async () => {
  const { model, ask } = await openDesk(
    {},
    { cassette: await openCassette({ directory: await folder(), record: false }) },
  );
  expect(await failureOf(ask())).toMatchObject({ type: 'CassetteMiss' });
  expect(await failureOf(ask({ offline: true }))).toMatchObject({ type: 'CassetteMiss' });
  expect(model.total).toBe(0);
});

it('stands before a gateway: what is recorded is not asked there, and what came from it is recorded', async () => {
  const cassette = await openCassette({ directory: await folder() });
  const asked: LayerQuestion[] = [];
  const layer: ModelLayer = {
    payOnce: async (question) => {
      asked.push(question);
      return { message: fromGateway, from: 'api', savedUsd: 0 };
    },
    paidBefore: async ({ asker }) =>
      asked.some((each) => each.asker === asker) ? { message: fromGateway, from: 'own', savedUsd: 0 } : undefined,
  };
  const { model, ask } = await openDesk({}, { cassette, layer, api: undefined });
  expect(await outputOf(ask())).toBe('Nothing.');
  // The same branch had paid for it; it says so again, whoever plays it.
  expect(await ask().answer).toMatchObject({ status: 'ok', reused: false });
  expect(asked).toMatchObject([{ bound: { mostMs: 30_000 } }]);
  expect(model.total).toBe(0);
});

const fromGateway: ModelMessage = {
  text: 'Nothing.',
  stopReason: 'end_turn',
  refusal: undefined,
  model: 'claude-sonnet-5-5',
  usage: { inputTokens: 10, outputTokens: 2, cacheReadTokens: 0, cacheWriteTokens: 0 },
};

it('lets a plugin do without a key', async () => {
  const options = { taskQueue: 'q' };
  await expect(new FanfoldPlugin({ env: {} }).configureWorker(options)).rejects.toThrow(/ANTHROPIC_API_KEY/);
  const directory = await folder();
  await new FanfoldPlugin({ env: { FANFOLD_HOME: join(directory, 'home') }, cassette: { directory } }).configureWorker(
    options,
  );
  await new FanfoldPlugin({
    env: { FANFOLD_HOME: join(directory, 'home'), FANFOLD_CASSETTE: directory },
  }).configureWorker(options);
});
