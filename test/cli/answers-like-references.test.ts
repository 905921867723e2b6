import { createHash } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';

import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import type { Reported } from '../../src/contract/reported.js';
import type { Run } from '../../src/contract/run.js';
import { BlobStore } from '../../src/store/blob-store.js';
import { Desk } from '../support/fanfold.js';

// What one run was told, large enough to be in the store: no other run may ever show it.
const secret = 'The made-up safe word is heliotrope-nine. '.repeat(20_000);
const ofSecret = {
  sha256: createHash('sha256').update(JSON.stringify(secret)).digest('hex'),
  bytes: secret.length + 2,
};

/** Answers that look like a reference into the store: to another run's answer, and to nothing. */
const answers = [
  { name: 'of another run', said: ofSecret },
  { name: 'of nobody', said: { sha256: '0'.repeat(64), bytes: 7 } },
  { name: 'of no hash', said: { sha256: '../../journal', bytes: 7 } },
];

const schema = JSON.stringify({
  type: 'object',
  properties: { sha256: { type: 'string' }, bytes: { type: 'integer' } },
  required: ['sha256', 'bytes'],
  additionalProperties: false,
});

let desk: Desk;

beforeAll(async () => {
  desk = await Desk.open();
  await writeFile(
    join(desk.directory, 'tools.mjs'),
    `import { z } from 'zod';
     export default [{ name: 'look_up', description: 'Looks up.', input: z.object({ sha256: z.string(), bytes: z.number() }), run: async (input) => input }];`,
  );
  await desk.serve();
  desk.model.script({ match: /perspective: secret/, fault: { kind: 'answer', text: secret } });
  const run = await desk.json(['perspectives', '-', '--perspectives', 'secret,other'], { stdin: 'A document.' });
  // Without it nothing here would prove anything.
  await new BlobStore(desk.home).readText(ofSecret);
  if ((run.output as { secret: string }).secret !== secret) throw new Error('Expected the secret to be told.');
});

afterAll(() => desk.close());

/** The run as it was printed, as `show` reads it and as its report has it: one and the same. */
async function readings(words: readonly string[]): Promise<Run> {
  const printed = await desk.json(words);
  const shown = await desk.json(['show', printed.workflowId]);
  expect([shown.output, shown.branches]).toEqual([printed.output, printed.branches]);
  const people = await desk.fanfold(['show', printed.workflowId]);
  expect([people.code, people.stdout.includes('heliotrope')]).toEqual([0, false]);
  const report = await desk.fanfold(['report', printed.workflowId]);
  const page = await readFile(report.stdout.trim(), 'utf8');
  const [, type, held = ''] = /<script id="run" type="application\/(json|gzip)">(.*?)<\/script>/s.exec(page) ?? [];
  const reported = type === 'gzip' ? gunzipSync(Buffer.from(held, 'base64')).toString() : held;
  const { run } = JSON.parse(reported) as Reported;
  expect([run.output, run.branches]).toEqual([printed.output, printed.branches]);
  return printed;
}

async function flow(text: string, items?: unknown): Promise<string[]> {
  await writeFile(join(desk.directory, 'flow.yaml'), text);
  return [
    'graph',
    'flow.yaml',
    '--fresh',
    ...(items === undefined ? [] : ['--input', `items=${JSON.stringify(items)}`]),
  ];
}

describe.each(answers)('an answer that looks like a reference $name is shown as it was given', ({ said }) => {
  beforeAll(() => {
    desk.model.script(
      { match: /Say one/, fault: { kind: 'answer-json', value: said } },
      { match: /Say nested/, fault: { kind: 'answer-json', value: { inner: said, list: [said] } } },
    );
  });

  it('by the whole state of a graph, at every depth', async () => {
    const nested = `{ type: object, properties: { inner: ${schema}, list: { type: array, items: ${schema} } }, required: [inner, list], additionalProperties: false }`;
    const run = await readings(
      await flow(
        `input: { items: list }
nodes:
  one: { prompt: Say one, schema: ${schema} }
  nested: { prompt: Say nested, schema: ${nested} }
  each: { prompt: "Say one of {{ item }}", forEach: items, schema: ${schema} }
  left: { prompt: Say one, writes: both, schema: ${schema} }
  right: { prompt: Say one, writes: both, schema: ${schema} }
state: { both: { reducer: keyed } }
`,
        [said, said],
      ),
    );
    expect(run).toMatchObject({ status: 'complete' });
    expect(run.output).toEqual({
      one: said,
      nested: { inner: said, list: [said] },
      each: [said, said],
      both: { left: said, right: said },
    });
  });

  it('by a graph whose output is one key', async () => {
    const node = `{ prompt: Say one, schema: ${schema} }`;
    const one = await readings(await flow(`nodes:\n  one: ${node}\noutput: one\n`));
    expect(one.output).toEqual(said);
    const each = `{ prompt: "Say one of {{ item }}", forEach: items, schema: ${schema} }`;
    const list = await flow(`input: { items: list }\nnodes:\n  each: ${each}\noutput: each\n`, [said]);
    expect((await readings(list)).output).toEqual([said]);
  });

  it('as the input and the result of a tool, of an agent that comes to an answer and of one that does not', async () => {
    const call = { kind: 'tool-calls' as const, calls: [{ name: 'look_up', input: said }] };
    const task = (words: string) => ['agent', words, '--fresh', '--tools', './tools.mjs'];
    desk.model.script({ match: /Be done/, times: 1, fault: call });
    desk.model.script({ match: /Be refused/, fault: { kind: 'refused' } });
    desk.model.script({ match: /Be refused/, times: 1, fault: call });
    const done = await readings(task('Be done'));
    expect(done.status).toBe('complete');
    const refused = await readings(task('Be refused'));
    expect(refused.status).toBe('failed');
    for (const { branches } of [done, refused]) {
      expect(branches[0]?.output).toEqual({ calls: [{ name: 'look_up', input: said }] });
      expect(branches[1]?.output).toEqual(said);
    }
    expect(refused.output).toEqual({ 'turn-1': { calls: [{ name: 'look_up', input: said }] }, 'look_up-1': said });
  });
});

it('shows an answer that is in the store whole, wherever in the output it belongs', async () => {
  const much = secret.replaceAll('heliotrope', 'marigold');
  desk.model.script(
    { match: /Say much/, fault: { kind: 'answer', text: much } },
    { match: /Say one/, fault: { kind: 'answer-json', value: ofSecret } },
  );
  const nodes = `nodes:\n  much: { prompt: Say much }\n  one: { prompt: Say one, schema: ${schema} }\n`;
  expect((await readings(await flow(nodes))).output).toEqual({ much, one: ofSecret });
  const run = await readings(await flow('nodes:\n  much: { prompt: Say much }\noutput: much\n'));
  expect(run.output).toBe(much);
});
