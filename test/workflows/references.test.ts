import type { TestWorkflowEnvironment } from '@temporalio/testing';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';

import { historyEvents, readRun, RunView } from '../../src/client/index.js';
import type { Stored } from '../../src/contract/stored.js';
import type { Kind } from '../../src/contract/names.js';
import type { OutputReference } from '../../src/contract/run-result.js';
import type { BlobStore } from '../../src/store/blob-store.js';
import { answerOf, FakeModel } from '../support/fake-model.js';
import { startTemporal } from '../support/temporal.js';
import { modes, tearDown, withRunOf } from './with-run.js';

/** What an activity has put into the store, and what a model has said that looks the same. */
const large = { sha256: 'a'.repeat(64), bytes: 9 };
const said = { sha256: 'b'.repeat(64), bytes: 9 };
const texts: Record<string, string> = { [large.sha256]: '"much"', [said.sha256]: '"of another run"' };

const document = { inline: 'A document.' };
const documents = ['a', 'b'].map((key) => ({ key, text: document }));
const best = { inline: { best: 'A', reason: 'Because.' } };

interface Case {
  name: string;
  kind: Kind;
  input: object;
  answers: Record<string, Stored<unknown>>;
  output: unknown;
  references: OutputReference[];
}

const cases: Case[] = [
  {
    name: 'perspectives, merged',
    kind: 'perspectives',
    input: { document, perspectives: ['a', 'b'] },
    answers: { a: { inline: said }, b: large },
    output: { a: said, b: 'much' },
    references: [{ path: ['b'], ...large }],
  },
  {
    name: 'perspectives, one selected',
    kind: 'perspectives',
    input: { document, perspectives: ['a'], fanIn: 'select' },
    answers: { a: { inline: said } },
    output: said,
    references: [],
  },
  {
    name: 'perspectives, synthesised',
    kind: 'perspectives',
    input: { document, perspectives: ['a', 'b'], fanIn: 'synthesise' },
    answers: { a: large, b: { inline: said }, 'synthesis-1': large },
    output: 'much',
    references: [{ path: [], ...large }],
  },
  {
    name: 'prompts compared, the best by vote',
    kind: 'compare',
    input: { variants: ['a', 'b'].map((name) => ({ name, prompt: name })), best: 'vote' },
    answers: { a: { inline: said }, b: { inline: said } },
    output: said,
    references: [],
  },
  {
    name: 'prompts compared, the best by judge',
    kind: 'compare',
    input: { variants: ['a', 'b'].map((name) => ({ name, prompt: name })), best: 'judge' },
    answers: { a: { inline: said }, b: { inline: said }, 'judge-1': best, 'judge-2': best },
    output: said,
    references: [],
  },
  {
    name: 'summaries',
    kind: 'summarise',
    input: { documents },
    answers: { a: { inline: said }, b: large },
    output: [
      { key: 'a', summary: said },
      { key: 'b', summary: 'much' },
    ],
    references: [{ path: [1, 'summary'], ...large }],
  },
  {
    name: 'a graph',
    kind: 'graph',
    input: {
      flow: {
        input: { list: 'list' },
        nodes: {
          a: { prompt: 'A.' },
          b: { prompt: 'B.' },
          each: { prompt: '{{ item }}', forEach: 'list' },
          sly: { prompt: 'Fails.', onError: 'fallback', fallback: said },
        },
      },
      values: { list: { inline: [said] } },
    },
    answers: { a: { inline: said }, b: large, 'each[0]': { inline: said } },
    output: { a: said, b: 'much', each: [said], sly: said },
    references: [{ path: ['b'], ...large }],
  },
];

let environment: TestWorkflowEnvironment;

beforeAll(async () => {
  environment = await startTemporal();
});

afterAll(() => tearDown(environment));

describe.each(modes)('what a model has said is no reference, $mode', ({ maxCachedWorkflows }) => {
  it.each(cases)('in $name', async ({ kind, input, answers, output, references }) => {
    const model = new FakeModel();
    for (const [key, answer] of Object.entries(answers)) {
      model.script(key, async (call) => answerOf(call, { output: answer }));
    }
    model.fail('sly');
    await withRunOf(kind, environment, maxCachedWorkflows, model, input, async (handle) => {
      const { client } = environment;
      const { workflowId } = handle;
      expect((await handle.result()).references).toEqual(references);
      const view = new RunView(client, workflowId);
      for await (const event of historyEvents(client, { workflowId }, { wait: false })) await view.apply(event);
      const readText = vi.fn<BlobStore['readText']>(async ({ sha256 }) => texts[sha256] ?? '');
      const run = await readRun(view, { readText } as unknown as BlobStore, null);
      expect(run.output).toEqual(output);
      expect(readText.mock.calls.filter(([{ sha256 }]) => sha256 !== large.sha256)).toEqual([]);
    });
  });
});
