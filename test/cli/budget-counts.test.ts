import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';

import { budgetOf } from '../../src/cli/run/budget-of.js';
import { retryBudget } from '../../src/cli/run/retry-budget.js';
import type { Bounded } from '../../src/cli/run/retried-plan.js';
import type { RunFlags } from '../../src/cli/run/run-flags.js';
import type { World } from '../../src/cli/world.js';
import type { BudgetOptions } from '../../src/contract/options.js';
import { planPerspectives } from '../../src/plan/perspectives-plan.js';

/** What count_tokens of the API was asked, and answers. */
const asked: unknown[] = [];
const counted = 100;

const api = createServer((request, response) => {
  const chunks: Buffer[] = [];
  request.on('data', (chunk: Buffer) => chunks.push(chunk));
  request.on('end', () => {
    asked.push(JSON.parse(Buffer.concat(chunks).toString()));
    response.setHeader('content-type', 'application/json').end(JSON.stringify({ input_tokens: counted }));
  });
});

const document = 'The supplier is liable for intent only. '.repeat(500);
const plan = planPerspectives({ perspectives: ['legal', 'technical'], document: { inline: document } });
let world: World;

beforeAll(async () => {
  await new Promise<void>((resolve) => api.listen(0, '127.0.0.1', resolve));
  const { port } = api.address() as AddressInfo;
  const env = { ANTHROPIC_API_KEY: 'made-up-token-1', ANTHROPIC_BASE_URL: `http://127.0.0.1:${port}` };
  world = { env } as unknown as World;
});

beforeEach(() => {
  asked.length = 0;
});

afterAll(() => api.close());

const budget = (usd: number) => budgetOf(plan, document, { budget: String(usd) } as RunFlags, world);

it('asks nobody where the budget is twice what all may cost by estimate', async () => {
  const { budget: kept } = await budget(10);
  expect(kept?.boundsUsd).toHaveLength(2);
  expect(asked).toHaveLength(0);
});

it('has the API count where the estimate would decide, once for each question', async () => {
  const estimated = (await budget(10)).budget!.boundsUsd[0]!;
  const { budget: kept } = await budget(estimated * 1.5);
  expect(asked).toHaveLength(2);
  expect(kept!.boundsUsd[0]!).toBeLessThan(estimated);
  // What the estimate refuses, the count may allow.
  expect((await budget(estimated * 0.9)).budget!.boundsUsd[0]!).toBeLessThan(estimated * 0.9);
});

it('refuses what the count does not allow either', async () => {
  await expect(budget(0.0001)).rejects.toThrow('Expected `budget` to cover what the run must do at least');
  expect(asked).toHaveLength(2);
});

const ways = [
  ['merge', 0],
  ['synthesise', 1],
  ['select', 2],
] as const;

const input = { perspectives: ['legal', 'technical'], document: { inline: document } };

/** What a budget is for all calls together. */
function allOf({ usd, fanInUsd = 0 }: BudgetOptions, calls: number): number {
  return usd + fanInUsd * calls;
}

it.each(ways)('keeps money back for every call of a fan-in: %s makes %i', async (fanIn, calls) => {
  const given = { budget: '10' } as RunFlags;
  const { budget: kept } = await budgetOf(planPerspectives({ ...input, fanIn }), document, given, world);
  expect(kept?.fanInUsd === undefined).toBe(calls === 0);
  expect(allOf(kept!, calls)).toBeCloseTo(10);
});

it.each(ways)('has a retry spend what its run has left, money for its fan-in included: %s', async (fanIn, calls) => {
  const before: BudgetOptions = { usd: 1, boundsUsd: [0.1, 0.1], ...(calls > 0 && { fanInUsd: 0.1 }) };
  const spentUsd = 0.5;
  const retry = { kind: 'perspectives', input: { ...input, fanIn, budget: before }, keys: ['legal', 'technical'] };
  const bounded = { retry: { ...retry, spentUsd }, view: { planned: {} }, input: { ...input, fanIn } };
  const left = (await retryBudget(bounded as unknown as Bounded, {} as RunFlags, world)) as { budget: BudgetOptions };
  expect(allOf(left.budget, calls)).toBeCloseTo(allOf(before, calls) - spentUsd);
  const spent = { ...bounded, retry: { ...bounded.retry, spentUsd: allOf(before, calls) } };
  await expect(retryBudget(spent as unknown as Bounded, {} as RunFlags, world)).rejects.toThrow('something left');
});
