import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { Desk, root } from '../support/fanfold.js';

let desk: Desk;

beforeAll(async () => {
  desk = await Desk.open({ latencyMs: 0, retain: { calls: 100, requests: 100 } });
  await desk.serve();
});

afterAll(() => desk.close());

const stdin = 'The tax is paid by the supplier. The supplier owes a report within 30 days.';

async function keysOf(...words: string[]): Promise<string[]> {
  const { branches } = await desk.json<{ branches: { key: string }[] }>(
    ['perspectives', '-', '--offline', '--dry-run', ...words],
    { stdin },
  );
  return branches.map(({ key }) => key);
}

async function refusal(...words: string[]): Promise<string> {
  const { code, stderr } = await desk.inProcess(['perspectives', '-', '--dry-run', ...words], { stdin });
  expect(code).toBe(2);
  return stderr;
}

async function file(name: string, text: string): Promise<string> {
  await writeFile(join(desk.directory, name), text);
  return name;
}

describe('perspectives of one’s own', () => {
  it('are read beside names, in the order names, file, flags; a name that is defined is that one', async () => {
    const lenses = await file(
      'order.yaml',
      'perspectives:\n  "2024": Then.\n  tax: Taxes.\n  constructor: Builders.\n',
    );
    const own = ['--perspectives-file', lenses, '--perspective', 'exit: How does one leave?'];
    expect(await keysOf(...own)).toEqual(['2024', 'tax', 'constructor', 'exit']);
    expect(await keysOf('--perspectives', 'exit,legal,toString', ...own)).toEqual([
      'exit',
      'legal',
      'toString',
      '2024',
      'tax',
      'constructor',
    ]);
    expect(await keysOf()).toEqual(['legal', 'technical', 'financial', 'security']);
    expect(await keysOf('--perspectives-file', join(root, 'examples', 'lenses.yaml'))).toEqual([
      'tax',
      'exit',
      'obligations',
    ]);
  });

  it('answer in their schema, by their model, and count by their weight in a synthesis', async () => {
    await file(
      'owed.json',
      JSON.stringify({
        type: 'object',
        properties: { owed: { type: 'string' } },
        required: ['owed'],
        additionalProperties: false,
      }),
    );
    const lenses = await file(
      'whole.yaml',
      'perspectives:\n  - { key: owed, instruction: What is owed?, schema: owed.json, model: claude-haiku-4-5, maxTokens: 333 }\n  - { key: valueOf, instruction: What is it worth?, weight: 2.5 }\n',
    );
    const words = ['perspectives', '-', '--perspectives-file', lenses, '--fan-in', 'synthesise', '--max-tokens', '444'];
    const run = await desk.json(words, { stdin });
    expect(run).toMatchObject({ status: 'complete', coverage: { ok: 2, total: 2 } });
    expect(run.branches.map(({ key, output }) => [key, typeof output])).toEqual([
      ['owed', 'object'],
      ['valueOf', 'string'],
    ]);
    const asked = desk.model.calls.map(({ request }) => request as { model: string; max_tokens: number });
    expect(asked.find(({ max_tokens: most }) => most === 333)).toMatchObject({ model: 'claude-haiku-4-5' });
    const synthesis = desk.model.calls.find(({ prompt }) => prompt.includes('begin owed'));
    expect(JSON.stringify(synthesis?.request)).toContain('owed 1, valueOf 2.5');
    expect(synthesis?.request).toMatchObject({ model: 'claude-sonnet-5-5', max_tokens: 444 });
  });

  it('are refused with file, line and what was expected, all of them at once', async () => {
    const lenses = await file(
      'wrong.yaml',
      'perspectives:\n  tax:\n    instruction: ""\n    weight: -1\n    colour: red\n  "😀": Smile.\n  __proto__: Nothing.\n',
    );
    const said = await refusal('--perspectives-file', lenses);
    expect(said).toContain('wrong.yaml:3:5: Expected an `instruction` in words, got "".');
    expect(said).toContain('wrong.yaml:4:5: Expected a `weight` of more than 0 and at most 1000, got -1.');
    expect(said).toContain(
      'wrong.yaml:5:5: Expected one of key, instruction, model, schema, weight, maxTokens, got `colour`.',
    );
    expect(said).toContain('wrong.yaml:6:3: Expected a perspective to be a name');
    expect(said).toContain('got "__proto__"');
    const twice = await file(
      'twice.yaml',
      '- { key: a, instruction: b }\n- { key: a, instruction: c, schema: { type: object } }\n',
    );
    const again = await refusal('--perspectives-file', twice);
    expect(again).toContain('twice.yaml:2:3: Expected every perspective once, got "a" twice.');
    expect(again).toContain('Output schema, at the top');
    expect(await refusal('--perspectives-file', await file('cut.yaml', 'perspectives: [\n'))).toContain(
      'cut.yaml:2:1:',
    );
    expect(await refusal('--perspectives-file', 'missing.yaml')).toContain('got `missing.yaml`, which does not exist.');
  });

  it.each([
    [['--perspective', 'tax'], 'Expected `--perspective` to be a name and an instruction'],
    [['--perspective', 'tax: a', '--perspective', 'tax: b'], 'Expected every perspective once, got `tax` twice.'],
    [['--perspective', `${'x'.repeat(65)}: a`], 'Expected a perspective to be a name of 1 to 64 letters'],
    [['--perspectives', '__proto__'], 'Expected a perspective to be a name of 1 to 64 letters'],
  ])('%j is refused', async (words, message) => {
    expect(await refusal(...words)).toContain(message);
  });
});
