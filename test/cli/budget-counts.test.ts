import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';

import { budgetOf } from '../../src/cli/run/budget-of.js';
import type { RunFlags } from '../../src/cli/run/run-flags.js';
import type { World } from '../../src/cli/world.js';
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
