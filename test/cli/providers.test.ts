import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { afterAll, beforeAll, expect, it } from 'vitest';

import { worldOfRun } from '../../src/cli/home/take-provider.js';
import type { World } from '../../src/cli/world.js';
import { Desk } from '../support/fanfold.js';
import { bedrockStandIn, chatStandIn, vertexStandIn } from '../support/stand-ins.js';
import type { StandIn } from '../support/stand-ins.js';

const token = 'made-up-token-1';
const refused = { status: 400, body: { error: { code: 400, message: 'No.', status: 'INVALID_ARGUMENT' } } };

let desk: Desk;
let amazon: StandIn;
let google: StandIn;
let chat: StandIn;
let env: NodeJS.ProcessEnv;

beforeAll(async () => {
  [amazon, google, chat] = await Promise.all([
    bedrockStandIn(),
    vertexStandIn({ first: [refused] }),
    chatStandIn({ key: token }),
  ]);
  // A cloud's package is beside the gateway's bundle, not in it.
  desk = await Desk.open({ latencyMs: 0 }, 'gateway');
  await writeFile(join(desk.directory, 'text.md'), 'The rent is owed by the tenant.');
  await writeFile(
    join(desk.directory, 'own.yaml'),
    'perspectives: [{ key: own, instruction: Read., model: "openai:" }]\n',
  );
  await writeFile(join(desk.directory, 'prices.yaml'), 'openai-compatible:a-model: { input: 1, output: 4 }');
  env = {
    AWS_REGION: 'us-east-1',
    AWS_ACCESS_KEY_ID: 'AKIDMADEUP',
    AWS_SECRET_ACCESS_KEY: token,
    ANTHROPIC_BEDROCK_BASE_URL: amazon.url,
    ANTHROPIC_VERTEX_PROJECT_ID: 'a-project',
    ANTHROPIC_VERTEX_BASE_URL: `${google.url}/v1`,
    CLOUDSDK_AUTH_ACCESS_TOKEN: token,
    OPENAI_API_KEY: token,
    OPENAI_BASE_URL: `${chat.url}/v1`,
    FANFOLD_OPENAI_COMPATIBLE_URL: `${chat.url}/v1`,
    FANFOLD_OPENAI_COMPATIBLE_KEY: token,
  };
  await desk.serve({ env: { ...env, FANFOLD_PRICES: join(desk.directory, 'prices.yaml') } });
});

afterAll(async () => {
  for (const each of [amazon, google, chat]) each.close();
  await desk.close();
});

const everybody = 'claude-haiku-5-5,bedrock:claude-sonnet-5-5,openai:gpt-4o-mini,openai-compatible:a-model';

it('compares models of four providers at once, each with its price, and asks none of them twice', async () => {
  const words = ['compare', 'What is owed?', '--models', everybody, '--document', 'text.md', '--prices', 'prices.yaml'];
  const { stdout, stderr, code } = await desk.fanfold([...words, '--budget', '1', '--json'], { env });
  expect(code).toBe(0);
  expect(stdout + stderr).not.toContain(token);
  const run = JSON.parse(stdout);
  expect(run.branches.map(({ model }: { model: string }) => model)).toEqual(everybody.split(','));
  expect(run.branches.every(({ costUsd }: { costUsd: number | null }) => costUsd !== null && costUsd > 0)).toBe(true);
  expect(run.branches[3].costUsd).toBeCloseTo((800 + 200 + 4 * 100) / 1e6, 9);
  expect(run.costUsd).toBeLessThan(1);
  const asked = amazon.asked.length + chat.asked.length;
  const again = await desk.json([...words, '--json'], { env });
  expect(again.branches.map(({ reused }) => reused)).toEqual([true, true, true, true]);
  expect(amazon.asked.length + chat.asked.length).toBe(asked);
});

it("names a cloud's refusal for what it is", async () => {
  const words = ['summarise', 'text.md', '--model', 'vertex:claude-sonnet-5-5', '--json'];
  const { stdout } = await desk.fanfold(words, { env });
  expect(JSON.parse(stdout).branches).toMatchObject([{ attempts: 1, error: { type: 'BadRequest' } }]);
  expect(google.asked.length).toBe(1);
});

it('maps rows and summarises with other vendors', async () => {
  await writeFile(join(desk.directory, 'rows.csv'), 'name\nAda\nGrace\n');
  const words = ['map', 'rows.csv', '--prompt', 'Who is {{ name }}?', '--model', 'openai:gpt-4o-mini', '--json'];
  expect(await desk.json(words, { env })).toMatchObject({ status: 'complete', coverage: { ok: 2, total: 2 } });
  const summary = await desk.json(['summarise', 'text.md', '--model', 'vertex:claude-sonnet-5-5', '--json'], { env });
  expect(summary).toMatchObject({ status: 'complete' });
  expect(google.asked.length).toBe(2);
});

it('counts tokens where the provider does, estimates elsewhere, and starts nothing', async () => {
  const words = ['perspectives', 'text.md', '--perspectives', 'legal,security', '--dry-run', '--json'];
  const counted = await desk.fanfold([...words, '--provider', 'vertex'], { env });
  expect(JSON.parse(counted.stdout)).toMatchObject({
    counted: 'count_tokens',
    branches: [{ model: 'vertex:claude-sonnet-5-5', inputTokens: 1_234 }, { inputTokens: 1_234 }],
  });
  const estimated = await desk.fanfold([...words, '--provider', 'bedrock'], { env });
  expect(JSON.parse(estimated.stdout)).toMatchObject({ counted: 'estimate', upperBoundUsd: expect.any(Number) });
});

it.each([
  [
    ['--model', 'openai-compatible:a-model', '--budget', '1'],
    2,
    /price is known.*`openai-compatible:a-model`.*--prices/s,
  ],
  [['--model', 'openai-compatible:'], 2, /Expected `--model` to be a model id/],
  [['--perspectives-file', 'own.yaml'], 2, /Expected a `model` id .*got "openai:"/],
  [['--prices', 'none.yaml'], 2, /Expected `--prices` to be a file/],
  [['--provider', 'openai'], 2, /Expected `--model` with the provider `openai`/],
  [['--provider', 'bedrok'], 2, /Expected `--provider` to be one of anthropic, bedrock/],
  [['--model', 'bedrock:claude-sonnet-5-5', '--economy'], 2, /no other provider has Message Batches/],
  [['--model', 'foundry:claude-sonnet-5-5'], 6, /ANTHROPIC_FOUNDRY_API_KEY/],
  [['--provider', 'foundry'], 6, /Microsoft Foundry cannot be asked: it needs ANTHROPIC_FOUNDRY_API_KEY/],
] as const)('refuses %j before anything is spent', async (flags, exit, why) => {
  const before = [amazon, google, chat].map(({ asked }) => asked.length);
  const { code, stderr } = await desk.fanfold(['perspectives', 'text.md', ...flags], { env });
  expect(stderr).toMatch(why);
  expect(code).toBe(exit);
  expect([amazon, google, chat].map(({ asked }) => asked.length)).toEqual(before);
});

it.each([[], ['--dry-run']])('refuses tools that nobody there runs before an agent is begun (%j)', async (...flags) => {
  const words = ['agent', 'Look it up', '--server-tools', 'web_search', '--model', 'openai:gpt-4o-mini', ...flags];
  const { code, stderr } = await desk.inProcess(words, { env });
  expect([code, stderr]).toEqual([2, expect.stringContaining("Expected a model of Anthropic's with `--server-tools`")]);
});

it('says of an agent with such tools that nobody knows what its first turn costs', async () => {
  const { stdout } = await desk.inProcess(['agent', 'Look it up', '--server-tools', 'web_search', '--dry-run']);
  expect(stdout).toContain('turns costs an amount that nobody knows beforehand.');
});

it('goes on with a run as its own models say, and cuts branches with no key at all', async () => {
  const own = { FANFOLD_OPENAI_COMPATIBLE_URL: `${chat.url}/v1` };
  const providerOf = (input: object, more: NodeJS.ProcessEnv = {}) =>
    worldOfRun(input, { env: { ...own, ...more }, cwd: '/' } as unknown as World).env['FANFOLD_PROVIDER'];
  expect(providerOf({ model: 'openai-compatible:a-model' })).toBe('openai-compatible');
  expect(providerOf({ model: 'claude-sonnet-5-5', models: ['openai:a', 'openai:b'] })).toBe('openai');
  expect(providerOf({ models: ['openai:a', 'bedrock:b'] })).toBeUndefined();
  expect(providerOf({ model: 'openai:a', judgeModel: 'claude-sonnet-5-5' })).toBeUndefined();
  expect(providerOf({ model: 'openai:a' }, { ANTHROPIC_API_KEY: token })).toBeUndefined();
  const gate = desk.model.hold(/perspective: held/);
  const run = desk.begin(['perspectives', 'text.md', '--perspectives', 'quick,held', '--id', 'held-run']);
  await run.said(/✓ quick/);
  const cut = await desk.inProcess(['cancel', 'held-run', 'held'], {
    env: { ANTHROPIC_API_KEY: '', ANTHROPIC_BASE_URL: '' },
  });
  gate.release();
  await run.ended;
  expect([cut.code, cut.stderr]).toEqual([
    0,
    expect.stringContaining('told held to stop: one whose answer comes first keeps it. The others go on'),
  ]);
});

it("has a line of doctor's for the provider and its key", async () => {
  const checks = async (more: NodeJS.ProcessEnv) => {
    const { stdout } = await desk.fanfold(['doctor', '--json'], { env: { ...env, ...more } });
    expect(stdout).not.toContain(token);
    return (JSON.parse(stdout) as { name: string; state: string; found: string }[]).filter(
      ({ name }) => name === 'API key' || name === 'model API',
    );
  };
  expect(await checks({ FANFOLD_PROVIDER: 'openai' })).toMatchObject([
    { state: 'ok', found: 'OpenAI through @ai-sdk/openai; a key is set' },
    { state: 'ok', found: expect.stringContaining('answers and takes the key') },
  ]);
  const { stdout } = await desk.fanfold(['doctor', '--json'], { env: { ...env, FANFOLD_PRICES: 'text.md' } });
  expect(JSON.parse(stdout)).toContainEqual({
    name: 'prices',
    state: 'failed',
    found: expect.stringContaining('Expected FANFOLD_PRICES to have'),
  });
  expect(await checks({ FANFOLD_PROVIDER: 'bedrock' })).toMatchObject([
    { state: 'ok', found: expect.stringContaining('@anthropic-ai/bedrock-sdk; credentials are looked for') },
    { state: 'note', found: expect.stringContaining('can be reached') },
  ]);
});
