import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { modelChecks } from '../../src/cli/home/model-checks.js';
import { workerCheck } from '../../src/cli/home/serving-checks.js';
import type { Session } from '../../src/cli/home/session.js';
import type { World } from '../../src/cli/world.js';
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
    'gateway',
    'open runs',
    'journal',
    'network',
    'API key',
    'model API',
  ]);
  expect(checks.filter(({ state }) => state !== 'ok')).toEqual([]);
  const namespace = checks.find(({ name }) => name === 'namespace')!;
  // A cluster keeps runs for as long as it was told to.
  if (desk.namespace === undefined) expect(namespace.found).toBe('default; runs are kept for 30 days after their end');
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
  {
    what: 'a scheme before the address',
    env: { TEMPORAL_ADDRESS: 'http://127.0.0.1:9/' },
    failed: ['Temporal server'],
    advice: 'Write 127.0.0.1:9.',
  },
  {
    what: 'an address that ends in /v1',
    env: { ANTHROPIC_BASE_URL: 'http://127.0.0.1:9/api/v1/' },
    failed: ['model API'],
    advice: 'Set it to http://127.0.0.1:9/api.',
  },
  {
    what: 'a proxy that is none',
    env: { HTTPS_PROXY: 'socks5://127.0.0.1:9', ANTHROPIC_BASE_URL: 'https://api.example' },
    failed: ['network', 'model API'],
    advice: 'Name an HTTP proxy',
  },
])('says what to do with $what; exit 6', async ({ env, failed, advice }) => {
  const { code, stdout } = await desk.fanfold(['doctor', '--json'], { env });
  expect(code).toBe(6);
  const checks = (JSON.parse(stdout) as Check[]).filter(({ state }) => state === 'failed');
  expect(checks.map(({ name }) => name)).toEqual(failed);
  expect(checks[0]!.advice).toContain(advice);
});

it('says where an offline model elsewhere does not answer, and what to do', async () => {
  const [found] = await modelChecks({ env: { FANFOLD_OFFLINE_URL: 'http://127.0.0.1:9' } } as unknown as World, true);
  expect(found).toMatchObject({
    name: 'offline model',
    state: 'failed',
    advice: expect.stringContaining('unset FANFOLD_OFFLINE_URL'),
  });
});

it('tells of a worker that has no key, which serves offline runs', async () => {
  const worker = { pid: 4_711, startTime: '', role: 'worker', address: '127.0.0.1:9', ready: true, offlineOnly: true };
  const session = { server: { address: '127.0.0.1:9' }, membership: { live: async () => [worker] } };
  const check = workerCheck(session as unknown as Session, false, { env: desk.env } as World);
  expect((await check).found).toBe('one of this home, for offline runs only, is running');
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

describe('a secret in the environment', () => {
  const password = 'made-up/p@ss:word-1';
  const userinfo = `me:${encodeURIComponent(password)}@`;

  async function doctor(env: NodeJS.ProcessEnv): Promise<{ text: string; checks: Check[] }> {
    const { stdout, stderr } = await desk.fanfold(['doctor', '--json'], { env: { ...env, FANFOLD_DEBUG: '1' } });
    return { text: stdout + stderr, checks: JSON.parse(stdout) as Check[] };
  }

  function expectNothingOf(secret: string, text: string): void {
    for (const part of [secret, encodeURIComponent(secret), secret.split(/[\n/]/).at(-1)!]) {
      expect(text).not.toContain(part);
    }
  }

  it('is not shown where the API is there: its address has neither user nor password', async () => {
    const url = desk.model.url.replace('://', `://${userinfo}`);
    const { text, checks } = await doctor({ ANTHROPIC_BASE_URL: url });
    expectNothingOf(password, text);
    expect(checks.at(-1)).toMatchObject({ state: 'note', found: `${desk.model.url} answers and takes the key` });
  });

  it.each([
    ['does not answer', `http://${userinfo}127.0.0.1:9`, 'http://127.0.0.1:9 does not answer'],
    ['is none', `http://me:${password}@127.0.0.1:9`, 'Expected ANTHROPIC_BASE_URL to be a URL'],
  ])('is not shown where the address of the API %s', async (_, url, said) => {
    const { text, checks } = await doctor({ ANTHROPIC_BASE_URL: url });
    expectNothingOf(password, text);
    expect(checks.at(-1)).toMatchObject({ state: 'failed', found: expect.stringContaining(said) });
  });

  it('is not shown where it is a key that cannot be sent', async () => {
    const key = 'made-up-key-1\nmade-up-rest';
    const { text, checks } = await doctor({ ANTHROPIC_API_KEY: key });
    expectNothingOf(key, text);
    expect(checks.find(({ name }) => name === 'API key')).toMatchObject({
      state: 'failed',
      found: expect.stringContaining('Expected ANTHROPIC_API_KEY to be one word'),
    });
  });

  it('is not shown where it stands in a file that cannot be read', async () => {
    const path = join(desk.directory, 'temporal.toml');
    await writeFile(path, '[profile.default]\napi_key = "made-up-key-1\n');
    const { text, checks } = await doctor({ TEMPORAL_CONFIG_FILE: path, TEMPORAL_PROFILE: 'default' });
    expectNothingOf('made-up-key-1', text);
    expect(checks.find(({ name }) => name === 'Temporal server')).toMatchObject({
      state: 'failed',
      found: expect.stringContaining('cannot be read'),
    });
  });

  it.each([
    ['address', {}],
    ['key', { TEMPORAL_API_KEY: 'made-up-key\nmade-up-rest' }],
  ])('is not shown where a server is reached by an %s of no use, and a journal is not there', async (_, env) => {
    const { text, checks } = await doctor({
      TEMPORAL_ADDRESS: `me:made-up-word-1@127.0.0.1:9`,
      ...env,
      FANFOLD_JOURNAL: `postgres://${userinfo}127.0.0.1:9/journal`,
    });
    for (const secret of [password, 'made-up-word-1', 'made-up-key', 'made-up-rest']) expectNothingOf(secret, text);
    expect(checks.filter(({ state }) => state === 'failed').map(({ name }) => name)).toEqual([
      'Temporal server',
      'journal',
    ]);
  });
});
