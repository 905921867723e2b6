import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import type { Run } from '../../src/contract/run.js';
import { Desk, root } from '../support/fanfold.js';

let desk: Desk;

beforeAll(async () => {
  desk = await Desk.open({ latencyMs: 100 });
  await desk.serve();
});

afterAll(() => desk.close());

async function flow(text: string): Promise<string> {
  await writeFile(join(desk.directory, 'flow.yaml'), text);
  return 'flow.yaml';
}

const example = join(root, 'examples', 'contract-review.yaml');
const agreement = join(root, 'examples', 'service-agreement.md');
const words = ['graph', example, '--input', `document=@${agreement}`];

it('runs three specialists at once and then the node that joins them', async () => {
  const gate = desk.model.hold();
  const running = desk.begin([...words, '--json']);
  await desk.model.received(3);
  gate.release();
  const run = JSON.parse((await running.ended).stdout) as Run;
  expect(run).toMatchObject({ kind: 'graph', status: 'complete', coverage: { ok: 4, total: 4 } });
  expect(run.branches.map(({ key }) => key)).toEqual(['legal', 'technical', 'financial', 'report']);
  expect(run.output).toBe(run.branches[3]?.output);
  expect(run.criticalPath.at(-1)).toBe('report');
  const joined = desk.model.calls.find(({ prompt }) => prompt.includes('for the board'))!;
  expect(JSON.stringify(joined.request)).toContain(JSON.stringify(run.branches[0]?.output).slice(1, 60));
});

it('draws itself and bounds what it costs from above, and starts nothing', async () => {
  const dry = await desk.json<{ upperBoundUsd: number; mermaid: string; criticalPath: string[] }>([
    ...words,
    '--dry-run',
  ]);
  expect(dry.mermaid).toMatch(/^flowchart TD\n[^]*n2 --> n3$/);
  expect(dry.criticalPath).toEqual(['legal', 'report']);
  const run = await desk.json([...words, '--fresh']);
  expect(run.costUsd).toBeLessThanOrEqual(dry.upperBoundUsd);
  const { stdout } = await desk.fanfold([...words, '--dry-run']);
  expect(stdout).toContain('  legal  |  technical  |  financial\n→ report\n');
});

it('keeps within a budget, and refuses one that cannot do; exit 5', async () => {
  const { code, stderr } = await desk.fanfold([...words, '--budget', '0.001']);
  expect([code, stderr]).toEqual([5, expect.stringContaining('one question may cost')]);
  const run = await desk.json([...words, '--fresh', '--budget', '0.06']);
  expect(run.costUsd! + run.lostUsd).toBeLessThanOrEqual(0.06);
});

it('folds what is there at its deadline, and says that it is not whole; exit 3', async () => {
  const gate = desk.model.hold(/Slow/);
  const file = await flow('nodes:\n  quick: { prompt: Quick }\n  slow: { prompt: Slow }\n');
  const { code, stdout } = await desk.fanfold(['graph', file, '--deadline', '5s', '--json']);
  gate.release();
  const run = JSON.parse(stdout) as Run;
  expect([code, run.status, run.branches.map(({ key, status }) => `${key} ${status}`)]).toEqual([
    3,
    'partial',
    ['quick ok', 'slow late'],
  ]);
  expect(Object.keys(run.output as object)).toEqual(['quick']);
});

it('runs a node for each of a list at the top of an answer, and of a list inside one', async () => {
  const list = '{ type: array, items: { type: string }, minItems: 2, maxItems: 3 }';
  const file = await flow(`
nodes:
  find: { prompt: Find the parts of a house, schema: ${list} }
  each: { needs: [find], prompt: 'Describe {{ item }}', forEach: find }
  plan:
    prompt: Plan a house
    schema: { type: object, properties: { in: { type: object, properties: { rooms: ${list} }, required: [rooms], additionalProperties: false } }, required: [in], additionalProperties: false }
  room: { needs: [plan], prompt: 'Furnish {{ item }}', forEach: plan.in.rooms }
`);
  const run = await desk.json(['graph', file]);
  const { find, each, plan, room } = run.output as Record<string, unknown>;
  expect(run).toMatchObject({ status: 'complete' });
  expect(find).toBeInstanceOf(Array);
  expect((each as unknown[]).length).toBe((find as unknown[]).length);
  expect((room as unknown[]).length).toBe((plan as { in: { rooms: unknown[] } }).in.rooms.length);
  const again = await desk.json(['graph', file]);
  expect(again.branches.every(({ reused }) => reused)).toBe(true);
  const { stdout } = await desk.fanfold(['graph', file, '--dry-run']);
  expect(stdout).toMatch(/× at most 3 .*\$/);
});

describe('problems are told before anything starts, each with its place', () => {
  it.each([
    ['nodes:\n  a: { prompt: "{{ b }}" }\n', 'flow.yaml:2:8: Nobody provides `b`'],
    [
      'nodes:\n  a:\n    prompt: A\n    needs: [b]\n  b:\n    prompt: B\n    needs: [a]\n',
      'flow.yaml:4:5: Expected no cycle, got a → b → a.',
    ],
    ['nodes:\n  a: { prompt: A, timeout: soon }\n', 'flow.yaml:2:19: Expected `timeout` to be a duration'],
    ['nodes:\n  a: { prompt: A\n', 'flow.yaml:'],
    ['- a\n', 'flow.yaml:1:1: Expected a flow with `nodes`, got a list.'],
    [
      'nodes:\n  a: { prompt: A, writes: k }\n  b: { prompt: B, writes: k }\n',
      'flow.yaml:3:19: `k` is written by a (string), b (string)',
    ],
    [
      'nodes:\n  a:\n    prompt: A\n    schema:\n      type: array\n      items:\n        type: string\n        pattern: "("\n',
      'flow.yaml:8:9: Output schema, at `[]`: Expected a regular expression of JavaScript, got "("',
    ],
    [
      'nodes:\n  a:\n    prompt: A\n    schema:\n      anyOf:\n        - type: string\n        - type: sting\n',
      'flow.yaml:7:11: Output schema, at the top: Unknown type "sting".',
    ],
    [
      'nodes:\n  a: { prompt: A }\n  b:\n    needs: [a]\n    prompt: B\n    forEach: a.parts\n',
      'flow.yaml:6:5: Expected `forEach` to be a list, got `a.parts`: `a` writes a text.',
    ],
  ])('%j', async (text, message) => {
    for (const flags of [[], ['--dry-run']]) {
      const { code, stderr } = await desk.inProcess(['graph', await flow(text), ...flags], { env: {} });
      expect([code, stderr]).toEqual([2, expect.stringContaining(message)]);
    }
  });

  it.each([
    [['--input', 'document'], 'Expected `--input` to be name=value, got `document`.'],
    [['--input', 'text=x'], 'Expected an input of the flow (document), got `text`.'],
    [[], 'Expected the input `document` (string), got nothing.'],
    [['--input', 'document=@missing.md'], 'missing.md'],
    [['--late', 'amend'], 'Expected no `--economy` and no `--late amend` for a graph'],
  ])('%j', async (flags, message) => {
    const { code, stderr } = await desk.inProcess(['graph', example, ...flags]);
    expect([code, stderr]).toEqual([2, expect.stringContaining(message)]);
  });
});
