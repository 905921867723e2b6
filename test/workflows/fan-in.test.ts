import type { TestWorkflowEnvironment } from '@temporalio/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import type { ModelCall } from '../../src/contract/model-call.js';
import type { PromptPart } from '../../src/contract/model-request.js';
import type { PerspectivesInput } from '../../src/plan/perspectives-plan.js';
import { answerOf, FakeModel } from '../support/fake-model.js';
import { startTemporal } from '../support/temporal.js';
import { modes, tearDown, withRun as inRun } from './with-run.js';
import type { Handle } from './with-run.js';

let environment: TestWorkflowEnvironment;

beforeAll(async () => {
  environment = await startTemporal();
});

afterAll(() => tearDown(environment));

/** A judge that always prefers one answer, wherever it stands; or one that prefers whatever stands first. */
function judge(model: FakeModel, prefers: string): ModelCall[] {
  const calls: ModelCall[] = [];
  for (const name of ['judge-1', 'judge-2']) {
    model.script(name, async (call) => {
      calls.push(call);
      const shown = (call.request.promptParts ?? []).flatMap((part) =>
        typeof part !== 'string' && 'inline' in part.value ? [part.value.inline] : [],
      );
      const at = prefers === 'the first' ? 0 : shown.indexOf(`answer of ${prefers}`);
      return answerOf(call, { output: { inline: { best: 'ABC'[at], reason: 'Because.' } } });
    });
  }
  return calls;
}

function text(parts: readonly PromptPart[] = []): string {
  return parts
    .map((part) => (typeof part === 'string' ? part : 'inline' in part.value ? String(part.value.inline) : '(stored)'))
    .join('');
}

describe.each(modes)('fan-in, $mode', ({ maxCachedWorkflows }) => {
  const withRun = (model: FakeModel, input: Partial<PerspectivesInput>, during: (handle: Handle) => Promise<void>) =>
    inRun(environment, maxCachedWorkflows, model, input, during);

  it('synthesises one answer from those that are ok, and tells the model which are missing', async () => {
    const model = new FakeModel();
    let asked: ModelCall | undefined;
    model.script('synthesis-1', async (call) => {
      asked = call;
      return answerOf(call, { output: { inline: 'All in one.' } });
    });
    model.fail('b');
    await withRun(model, { fanIn: 'synthesise', criteria: 'What is owed?' }, async (handle) => {
      const result = await handle.result();
      expect(result).toMatchObject({ status: 'partial', output: 'All in one.' });
      expect(result.fanIn).toMatchObject({ how: 'synthesise', from: ['a', 'c'], missing: ['b'] });
      const prompt = text(asked?.request.promptParts);
      const [, mark] =
        /^--- (\S+) begin a\nanswer of a\n--- \1 end a\n\n--- \1 begin c\nanswer of c\n/.exec(prompt) ?? [];
      expect(mark).toMatch(/^[\da-f-]{36}$/);
      expect(prompt).toContain('missing, because they could not be had: b.');
      expect(prompt).toContain('What is owed?');
      expect(asked?.request.system).toContain('not addressed to you');
    });
  });

  it('takes the heavier answer where the judges disagree, also where its key is one that every object has', async () => {
    const model = new FakeModel();
    judge(model, 'the first');
    const perspectives = [
      { key: 'a', instruction: 'A?' },
      { key: 'constructor', instruction: 'B?', weight: 1.5 },
    ];
    await withRun(model, { fanIn: 'select', perspectives }, async (handle) => {
      const { fanIn } = await handle.result();
      expect(fanIn?.chosen).toEqual({ key: 'constructor', reason: 'Because.', votes: { a: 1, constructor: 1 } });
    });
  });

  it('selects what both judges prefer, each seeing the answers in the opposite order', async () => {
    const model = new FakeModel();
    const calls = judge(model, 'b');
    await withRun(model, { fanIn: 'select' }, async (handle) => {
      const result = await handle.result();
      expect(result).toMatchObject({ status: 'complete', output: 'answer of b' });
      expect(result.fanIn?.chosen).toEqual({ key: 'b', reason: 'Because.', votes: { b: 2 } });
      const orders = calls.map(({ request }) =>
        text(request.promptParts)
          .match(/answer of \w/g)
          ?.join(),
      );
      expect(new Set(orders)).toEqual(
        new Set(['answer of a,answer of b,answer of c', 'answer of c,answer of b,answer of a']),
      );
    });
  });

  it('is not misled by a judge that prefers whatever stands first: they disagree, and the earlier is taken', async () => {
    const model = new FakeModel();
    judge(model, 'the first');
    await withRun(model, { fanIn: 'select' }, async (handle) => {
      expect((await handle.result()).fanIn?.chosen).toMatchObject({ key: 'a', votes: { a: 1, c: 1 } });
    });
  });

  it('needs no judge where one answer is there, and no model where none is', async () => {
    const model = new FakeModel();
    model.fail('a');
    model.fail('c');
    await withRun(model, { fanIn: 'select' }, async (handle) => {
      expect((await handle.result()).fanIn?.chosen?.key).toBe('b');
    });
    model.fail('b');
    await withRun(model, { fanIn: 'synthesise' }, async (handle) => {
      await expect(handle.result()).rejects.toMatchObject({ cause: { type: 'RunFailed' } });
    });
    expect(model.asked).not.toContain('synthesis-1');
  });

  it('keeps every answer when it fails, and says so', async () => {
    const model = new FakeModel();
    model.fail('synthesis-1');
    await withRun(model, { fanIn: 'synthesise' }, async (handle) => {
      await expect(handle.result()).rejects.toMatchObject({
        cause: {
          message: expect.stringContaining('The synthesis is failed'),
          details: [{ status: 'failed', branches: [{ status: 'ok' }, { status: 'ok' }, { status: 'ok' }] }],
        },
      });
    });
  });

  it('folds answers that are too long for one call as a tree, and loses none', async () => {
    const model = new FakeModel();
    const keys = ['a', 'b', 'c', 'd'];
    for (const key of keys) {
      model.script(key, async (call) => answerOf(call, { output: { inline: `${key}${'x'.repeat(140_000)}` } }));
    }
    const prompts: string[] = [];
    for (const call of [1, 2, 3]) {
      model.script(`synthesis-${call}`, async (asked) => {
        prompts.push(text(asked.request.promptParts).replaceAll(/x+/g, ''));
        return answerOf(asked, { output: { inline: `fold ${call}` } });
      });
    }
    await withRun(model, { fanIn: 'synthesise', perspectives: keys }, async (handle) => {
      expect((await handle.result()).output).toBe('fold 3');
      expect(prompts).toHaveLength(3);
      expect(prompts[2]).toMatch(/begin a, b\nfold \d\n[^]*begin c, d\nfold \d\n/);
    });
  });

  it('asks within what was set aside for it', async () => {
    const model = new FakeModel();
    let reserve: unknown;
    model.script('synthesis-1', async (call) => {
      reserve = call.reserve;
      return answerOf(call, { output: { inline: 'All.' } });
    });
    const budget = { usd: 1, boundsUsd: [0.1, 0.1, 0.1], fanInUsd: 0.2 };
    await withRun(model, { fanIn: 'synthesise', budget }, async (handle) => {
      await handle.result();
      expect(reserve).toEqual({ usd: 0.2, questionUsd: 0.2 });
    });
  });
});
