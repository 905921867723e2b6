import { afterEach, beforeEach, expect, it } from 'vitest';

import { Desk } from '../support/fanfold.js';

interface Check {
  name: string;
  state: string;
  found: string;
  advice?: string;
}

let desk: Desk;

beforeEach(async () => {
  desk = await Desk.open();
});

afterEach(() => desk.close());

it('finds everything in order, and leaves nothing running', async () => {
  const { code, stdout } = await desk.fanfold(['doctor', '--json']);
  expect(code).toBe(0);
  const checks = JSON.parse(stdout) as Check[];
  expect(checks.map(({ name }) => name)).toEqual([
    'Node',
    'workflow bundle',
    'Temporal server',
    'namespace',
    'search attributes',
    'worker',
    'journal',
    'API key',
    'model API',
  ]);
  expect(checks.filter(({ state }) => state !== 'ok')).toEqual([]);
  await expect(desk.serverRecord()).rejects.toThrow('No server was started');
});

it.each([
  { what: 'no key', env: { ANTHROPIC_API_KEY: '' }, failed: ['API key'], advice: '--offline' },
  {
    what: 'no API',
    env: { ANTHROPIC_BASE_URL: 'http://127.0.0.1:9' },
    failed: ['model API'],
    advice: 'ANTHROPIC_BASE_URL',
  },
  {
    what: 'no server',
    env: { TEMPORAL_ADDRESS: '127.0.0.1:9' },
    failed: ['Temporal server'],
    advice: 'TEMPORAL_ADDRESS',
  },
])('says what to do with $what; exit 6', async ({ env, failed, advice }) => {
  const { code, stdout } = await desk.fanfold(['doctor', '--json'], { env });
  expect(code).toBe(6);
  const checks = (JSON.parse(stdout) as Check[]).filter(({ state }) => state === 'failed');
  expect(checks.map(({ name }) => name)).toEqual(failed);
  expect(checks[0]!.advice).toContain(advice);
});

it('says that the API refuses the key', async () => {
  const strict = await Desk.open({ latencyMs: 0, apiKey: 'another' });
  try {
    const { code, stdout } = await strict.fanfold(['doctor']);
    expect(code).toBe(6);
    expect(stdout).toMatch(/✗ model API +.* refuses the key \(401\)\.\n +→ Check ANTHROPIC_API_KEY\./);
  } finally {
    await strict.close();
  }
});
