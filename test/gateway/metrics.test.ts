import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import Anthropic from '@anthropic-ai/sdk';
import { expect, it, onTestFinished } from 'vitest';

import { gatewayLimits } from '../../src/cli/worker/gateway-limits.js';
import { showGatewayMetrics } from '../../src/cli/worker/gateway-metrics.js';
import type { World } from '../../src/cli/world.js';
import { metricsText, showMetrics } from '../../src/gateway/server/metrics.js';
import { GatewayDesk, questionAbout, Try } from './desk.js';

const question = {
  model: 'claude-sonnet-5-5',
  max_tokens: 100,
  messages: [{ role: 'user' as const, content: 'The rent is 900 euros. What is the rent?' }],
};

/** What a gateway shows, by name and labels. */
function samples(text: string): Map<string, number> {
  const lines = text.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
  return new Map(lines.map((line) => [line.slice(0, line.lastIndexOf(' ')), Number(line.split(' ').at(-1))]));
}

/** The sum over all labels. */
function sumOf(shown: Map<string, number>, name: string): number {
  return [...shown].reduce((sum, [key, value]) => sum + (key.startsWith(`${name}{`) ? value : 0), 0);
}

it('shows calls, limits, money, 429s and joined calls at an address of its own', async () => {
  const desk = await GatewayDesk.open({ budgetPerDayUsd: 0.02 });
  const { model, address, journal } = desk;
  const sdk = new Anthropic({ baseURL: address, apiKey: 'none', maxRetries: 0 });
  const kept = { headers: { 'fanfold-journal': 'on' } };
  await sdk.messages.create(question, kept);
  await sdk.messages.create(question, kept);
  model.script({ times: 1, fault: { kind: 'rate-limit', retryAfter: 0 } });
  await expect(sdk.messages.create(question)).rejects.toThrow(/429/);
  await expect(sdk.messages.create({ ...question, max_tokens: 20_000 })).rejects.toThrow(/402/);
  const gate = model.hold();
  const asked = new Try(await desk.worker(), questionAbout('slow'));
  await model.until(() => gate.waiting.length === 1);
  desk.hangUp();
  await expect.poll(() => samples(desk.metrics()).get('fanfold_gateway_joined_total')).toBe(1);
  const shown = await showMetrics('127.0.0.1:0', () => desk.metrics());
  onTestFinished(() => shown.close());
  const during = samples(await (await fetch(shown.url)).text());
  expect(sumOf(during, 'fanfold_limiter_in_flight')).toBe(1);
  gate.release();
  await asked.answer;
  const after = samples(desk.metrics());
  const { costUsd } = (await journal.spend('')).reduce((sum, row) => ({ ...sum, costUsd: sum.costUsd + row.costUsd }));
  expect(Object.fromEntries([...after].filter(([name]) => name.startsWith('fanfold_gateway')))).toMatchObject({
    fanfold_gateway_questions_total: 6,
    fanfold_gateway_journal_hits_total: 1,
    fanfold_gateway_over_budget_total: 1,
    fanfold_gateway_workers: 1,
    'fanfold_gateway_calls_total{model="claude-sonnet-5-5"}': 2,
    'fanfold_gateway_cost_usd_total{model="claude-sonnet-5-5"}': expect.closeTo(costUsd, 9),
  });
  expect(sumOf(after, 'fanfold_model_calls_throttled')).toBe(1);
  expect((await fetch(`${address}/metrics`)).status).toBe(404);
});

it('is written as Prometheus reads it, whatever a model is called', () => {
  const byModel = [{ model: 'a "model"\n\\', calls: 1, costUsd: 0, inputTokens: 0, outputTokens: 0 }];
  const counts = { questions: 0, joined: 0, journalHits: 0, overBudget: 0, workers: 0, isDraining: true };
  const text = metricsText({ ...counts, byModel }, { paid: [], offline: [] }, Date.now());
  expect(text).toContain('fanfold_gateway_calls_total{model="a \\"model\\"\\n\\\\"} 1\n');
  expect(text).toContain('fanfold_gateway_draining 1\n');
});

it('tells its workers what all calls cost only where it may, and says so to nobody else', async () => {
  const [open, closed] = await Promise.all([GatewayDesk.open({ tellsTotals: true }), GatewayDesk.open()]);
  const [worker, other] = await Promise.all([open.worker(), closed.worker()]);
  await Promise.all([new Try(worker, questionAbout('much')).answer, new Try(other, questionAbout('much')).answer]);
  await expect.poll(() => worker.totals()?.byModel[0]).toMatchObject({ model: 'claude-sonnet-5-5', calls: 1 });
  expect(worker.totals()).toMatchObject({ questions: 1, workers: 1, isDraining: false });
  expect(other.totals()).toBeUndefined();
  const asked = await Promise.all([open, closed].map(({ address }) => fetch(`${address}/fanfold/v1/totals`)));
  expect(asked.map(({ status }) => status)).toEqual([200, 404]);
});

it('goes on without metrics where their address is taken, and says so', async () => {
  const desk = await GatewayDesk.open();
  const { close, url } = await showMetrics('127.0.0.1:0', () => '');
  onTestFinished(close);
  const said: string[] = [];
  const world = { env: { FANFOLD_METRICS: new URL(url).host } } as unknown as World;
  await showGatewayMetrics({ metrics: () => desk.metrics() }, world, (message) => said.push(message));
  expect(said).toEqual([expect.stringMatching(/^Metrics cannot be shown at 127\.0\.0\.1:\d+/)]);
});

it('begins with the limits that it has learnt before it was started anew', async () => {
  const home = await mkdtemp(join(tmpdir(), 'fanfold-gateway-limits-'));
  onTestFinished(() => rm(home, { recursive: true, force: true }));
  const env = { FANFOLD_CONFIG: join(home, 'config'), ANTHROPIC_API_KEY: 'made-up-token-1' };
  const world = { env } as unknown as World;
  const amounts = { concurrency: 100, rampFrom: undefined };
  const before = await gatewayLimits(home, amounts, world, () => {});
  const limiter = before.limiters.paid.of('claude-sonnet-5-5').snapshot();
  const learned = { ...limiter, learned: 77, sent: 300 };
  await before.keep({ limits: () => ({ paid: [learned], offline: [] }) })();
  const after = await gatewayLimits(home, amounts, world, () => {});
  expect(after.limiters.paid.of('claude-sonnet-5-5').cap).toBe(77);
  const told = await gatewayLimits(home, { ...amounts, rampFrom: 5 }, world, () => {});
  expect(told.limiters.paid.of('claude-sonnet-5-5').cap).toBe(5);
});
