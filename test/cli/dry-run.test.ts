import { access } from 'node:fs/promises';
import { afterAll, beforeAll, expect, it } from 'vitest';

import { Desk } from '../support/fanfold.js';

interface DryRun {
  branches: { key: string; inputTokens: number; maxTokens: number; upperBoundUsd: number | null }[];
  counted: string;
  upperBoundUsd: number | null;
  upperBoundWithRetriesUsd: number | null;
}

const stdin = 'The customer pays 100 euros a month. The supplier is liable for intent only. '.repeat(40);
const words = ['perspectives', '-', '--perspectives', 'legal,financial,technical'];

let desk: Desk;

beforeAll(async () => {
  desk = await Desk.open();
  await desk.serve();
});

afterAll(() => desk.close());

it.each([['--concurrency=3'], ['--concurrency=1']])(
  'bounds from above what the run then costs, with %s',
  async (flag) => {
    const dry = await desk.json<DryRun>([...words, flag, '--dry-run'], { stdin });
    expect(dry).toMatchObject({ counted: 'count_tokens', upperBoundWithRetriesUsd: dry.upperBoundUsd! * 5 });
    expect(dry.upperBoundUsd).toBeCloseTo(
      dry.branches.reduce((sum, branch) => sum + branch.upperBoundUsd!, 0),
      12,
    );
    const run = await desk.json([...words, flag, '--fresh'], { stdin });
    for (const [index, branch] of run.branches.entries()) {
      const bound = dry.branches[index]!;
      expect(branch.key).toBe(bound.key);
      expect(branch.costUsd!).toBeGreaterThan(0);
      expect(branch.costUsd!).toBeLessThanOrEqual(bound.upperBoundUsd!);
      const { inputTokens, cacheReadTokens, cacheWriteTokens } = branch.usage;
      expect(inputTokens + cacheReadTokens + cacheWriteTokens).toBe(bound.inputTokens);
    }
  },
);

it('asks no model and starts nothing', async () => {
  const fresh = await Desk.open();
  try {
    const { code, stdout } = await fresh.fanfold([...words, '--dry-run'], { stdin });
    expect(code).toBe(0);
    expect(stdout).toMatch(/^legal +claude-sonnet-5-5 +[\d,]+ in, at most 2,048 out +at most \$0\.\d{4}$/m);
    expect(stdout).toContain('counted by the API; at most $');
    expect(fresh.model.total).toBe(0);
    await expect(access(fresh.home)).rejects.toThrow('ENOENT');
  } finally {
    await fresh.close();
  }
});

it('estimates without the API where the run would not ask it', async () => {
  const dry = await desk.json<DryRun>([...words, '--dry-run', '--offline'], { stdin, env: { ANTHROPIC_API_KEY: '' } });
  expect(dry.counted).toBe('estimate');
  expect(dry.upperBoundUsd).toBeGreaterThan(0);
});

it('calls the cost of a model unknown whose price it does not know', async () => {
  const dry = await desk.json<DryRun>([...words, '--dry-run', '--model', 'claude-unheard-of'], { stdin });
  expect(dry).toMatchObject({ upperBoundUsd: null, upperBoundWithRetriesUsd: null });
  const { stdout } = await desk.fanfold([...words, '--dry-run', '--model', 'claude-unheard-of'], { stdin });
  expect(stdout).toContain('cost unknown');
  expect(stdout).not.toContain('$');
});

it.each([
  ['no key', { ANTHROPIC_API_KEY: '' }, 'ANTHROPIC_API_KEY is not set'],
  ['no API', { ANTHROPIC_BASE_URL: 'http://127.0.0.1:9' }, 'http://127.0.0.1:9 does not answer'],
])('says that it cannot count with %s; exit 6', async (_, env, message) => {
  const { code, stderr } = await desk.fanfold([...words, '--dry-run'], { stdin, env });
  expect(code).toBe(6);
  expect(stderr).toContain(message);
});
