import type { TestWorkflowEnvironment } from '@temporalio/testing';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';

import type { PromptPart } from '../../src/contract/model-request.js';
import type { Flow } from '../../src/plan/graph/flow.js';
import type { RunResult } from '../../src/contract/run-result.js';
import { answerOf, FakeModel } from '../support/fake-model.js';
import { startTemporal } from '../support/temporal.js';
import { modes, tearDown, withRunOf } from './with-run.js';
import type { Handle } from './with-run.js';
import { patienceMs } from '../support/patience.js';

let environment: TestWorkflowEnvironment;

beforeAll(async () => {
  environment = await startTemporal();
});

afterAll(() => tearDown(environment));

/** A fake model whose answers are what they were asked, in brackets. */
class EchoModel extends FakeModel {
  readonly prompts = new Map<string, string>();

  constructor(nodes: readonly string[], values: Record<string, unknown> = {}) {
    super();
    for (const node of nodes) {
      this.script(node, async (call) => {
        this.prompts.set(node, (call.request.promptParts ?? []).map(shown).join(''));
        return answerOf(call, { output: { inline: values[node] ?? `[${node}]` } });
      });
    }
  }
}

function shown(part: PromptPart): string {
  if (typeof part === 'string') return part;
  return 'inline' in part.value ? String(part.value.inline) : '(stored)';
}

describe.each(modes)('a graph, $mode', ({ maxCachedWorkflows }) => {
  const withFlow = (model: FakeModel, flow: Flow, input: object, during: (handle: Handle) => Promise<void>) =>
    withRunOf('graph', environment, maxCachedWorkflows, model, { flow, ...input }, during);

  it('begins no more than a few hundred items of a node at once, whatever the concurrency, and ends all in order', async () => {
    const model = new FakeModel();
    const items = Array.from({ length: 230 }, (_, at) => at);
    const flow: Flow = {
      input: { items: 'list' },
      nodes: { each: { prompt: '{{ item }}', forEach: 'items' } },
    };
    const input = { values: { items: { inline: items } }, concurrency: 1_000 };
    await withFlow(model, flow, input, async (handle) => {
      const { branches } = await handle.result();
      expect(branches.map(({ key }) => key)).toEqual(items.map((at) => `each[${at}]`));
      const { events = [] } = await handle.fetchHistory();
      let open = 0;
      let most = 0;
      for (const event of events ?? []) {
        if (event.activityTaskScheduledEventAttributes) open += 1;
        if (event.activityTaskCompletedEventAttributes) open -= 1;
        most = Math.max(most, open);
      }
      expect(most).toBeGreaterThan(50);
      expect(most).toBeLessThanOrEqual(200);
    });
  });

  it('begins a node the moment what it needs is there, though another chain is slow', async () => {
    const model = new FakeModel();
    model.hold('slow');
    const flow: Flow = {
      nodes: {
        slow: { prompt: 'Slow.' },
        quick: { prompt: 'Quick.' },
        next: { prompt: '{{ quick }}', needs: ['quick'] },
        last: { prompt: '{{ next }} {{ slow }}', needs: ['next', 'slow'] },
      },
      output: 'last',
    };
    await withFlow(model, flow, {}, async (handle) => {
      await vi.waitFor(() => expect(model.asked).toContain('next'), patienceMs);
      expect(model.asked).not.toContain('last');
      // Of two chains that end at the same moment either may be the critical one.
      const progress = () => handle.query<RunResult, []>('progress');
      await vi.waitFor(async () => expect(statuses(await progress())).toMatchObject({ next: 'ok' }), patienceMs);
      model.release('slow');
      const result = await handle.result();
      expect(result).toMatchObject({ status: 'complete', output: 'answer of last' });
      expect(result.branches.map(({ key, index }) => [key, index])).toEqual([
        ['slow', 0],
        ['quick', 1],
        ['next', 2],
        ['last', 3],
      ]);
      expect(result.criticalPath).toEqual(['slow', 'last']);
    });
  });

  it('fills templates with inputs and answers, and merges writers in file order whoever was faster', async () => {
    const model = new EchoModel(['a', 'b', 'join']);
    const flow: Flow = {
      input: { topic: 'string' },
      // In the file, who joins may stand first.
      nodes: {
        join: { prompt: 'Join {{ notes }}', needs: ['b', 'a'], writes: 'report' },
        a: { prompt: 'A on {{ topic }}', writes: 'notes' },
        b: { prompt: 'B on {{ topic }}', writes: 'notes' },
      },
      state: { notes: { reducer: 'concat' } },
      output: 'report',
    };
    await withFlow(model, flow, { values: { topic: { inline: 'tax' } } }, async (handle) => {
      expect((await handle.result()).output).toBe('[join]');
      expect(Object.fromEntries(model.prompts)).toEqual({ a: 'A on tax', b: 'B on tax', join: 'Join [a]\n\n[b]' });
    });
  });

  it('leaves out a node whose condition does not hold, and what needs nothing else', async () => {
    const model = new EchoModel(['rate', 'deep', 'after', 'end'], { rate: { risk: 'low' } });
    const flow: Flow = {
      nodes: {
        rate: { prompt: 'Rate.' },
        deep: { prompt: 'Deep.', needs: ['rate'], when: '{{ rate.risk }} == "high"' },
        after: { prompt: 'After {{ deep }}', needs: ['deep'] },
        end: { prompt: 'End {{ deep }}', needs: ['rate', 'deep'] },
      },
    };
    await withFlow(model, flow, {}, async (handle) => {
      const result = await handle.result();
      expect(statuses(result)).toEqual({ rate: 'ok', deep: 'skipped', after: 'skipped', end: 'ok' });
      expect(result.status).toBe('complete');
      expect(model.prompts.get('end')).toBe('End (not available)');
    });
  });

  it('fails with a node that must not fail: those in flight are cancelled, and no other begins', async () => {
    const model = new FakeModel();
    model.hold('slow');
    model.fail('bad');
    const flow: Flow = {
      nodes: { bad: { prompt: 'Bad.' }, slow: { prompt: 'Slow.' }, next: { prompt: '{{ slow }}', needs: ['slow'] } },
    };
    await withFlow(model, flow, {}, async (handle) => {
      const failure = await handle.result().catch((error: unknown) => error);
      expect(failure).toMatchObject({ cause: { type: 'RunFailed', message: expect.stringContaining('bad failed') } });
      const [result] = (failure as { cause: { details: [RunResult] } }).cause.details;
      expect(statuses(result)).toEqual({ bad: 'failed', slow: 'cancelled', next: 'skipped' });
      expect(model.cancelled).toEqual(['slow']);
    });
  });

  it('goes on without a node that may fail, or with its fallback, and says that it is not whole', async () => {
    const model = new EchoModel(['end']);
    model.fail('lost');
    model.fail('spare');
    const flow: Flow = {
      nodes: {
        lost: { prompt: 'Lost.', onError: 'skip' },
        spare: { prompt: 'Spare.', onError: 'fallback', fallback: 'nothing known' },
        end: { prompt: '{{ lost }} / {{ spare }}', needs: ['lost', 'spare'] },
      },
      output: 'end',
    };
    await withFlow(model, flow, {}, async (handle) => {
      const result = await handle.result();
      expect(result.status).toBe('partial');
      expect(model.prompts.get('end')).toBe('(not available) / nothing known');
    });
  });

  it('keeps the answers about a list in the places of its items where one of them fails', async () => {
    const model = new EchoModel(['split', 'each[0]', 'each[2]', 'join'], { split: ['x', 'y', 'z'] });
    model.fail('each[1]');
    const flow: Flow = {
      nodes: {
        split: { prompt: 'Split.', writes: 'parts', schema: { type: 'array', items: { type: 'string' } } },
        each: { prompt: 'On {{ item }}', needs: ['split'], forEach: 'parts', writes: 'found', onError: 'skip' },
        join: { prompt: '{{ found }}', needs: ['each'] },
      },
    };
    await withFlow(model, flow, {}, async (handle) => {
      expect((await handle.result()).output).toMatchObject({ found: ['[each[0]]', null, '[each[2]]'] });
    });
  });

  it('runs a node for each item of a list, in order', async () => {
    const model = new EchoModel(['split', 'each[0]', 'each[1]', 'each[2]', 'join'], { split: ['x', 'y', 'z'] });
    const flow: Flow = {
      nodes: {
        split: { prompt: 'Split.', writes: 'parts', schema: { type: 'array', items: { type: 'string' } } },
        each: { prompt: 'On {{ item }}', needs: ['split'], forEach: 'parts', writes: 'found' },
        join: { prompt: '{{ found }}', needs: ['each'] },
      },
    };
    await withFlow(model, flow, {}, async (handle) => {
      const result = await handle.result();
      expect(result.output).toMatchObject({ found: ['[each[0]]', '[each[1]]', '[each[2]]'], join: '[join]' });
      expect(result.branches.map(({ key, index }) => `${index} ${key}`)).toEqual([
        '0 split',
        '1 each[0]',
        '2 each[1]',
        '3 each[2]',
        '4 join',
      ]);
      expect(model.prompts.get('each[1]')).toBe('On y');
    });
  });

  it('folds what is there at its deadline: nodes in flight are cut, and no other begins', async () => {
    const model = new FakeModel();
    model.hold('slow', 'spare');
    const flow: Flow = {
      nodes: {
        quick: { prompt: 'Quick.' },
        slow: { prompt: 'Slow.' },
        spare: { prompt: 'Spare.', onError: 'fallback', fallback: 'nothing known' },
        last: { prompt: '{{ quick }} {{ slow }} {{ spare }}', needs: ['quick', 'slow', 'spare'] },
      },
    };
    await withFlow(model, flow, { deadlineMs: 3_000 }, async (handle) => {
      const result = await handle.result();
      expect(statuses(result)).toEqual({ quick: 'ok', slow: 'late', spare: 'late', last: 'late' });
      expect(result).toMatchObject({
        status: 'partial',
        output: { quick: 'answer of quick', spare: 'nothing known' },
      });
      expect(model.cancelled.toSorted()).toEqual(['slow', 'spare']);
      expect(model.asked).not.toContain('last');
    });
  });

  it('has failed where nothing is there at its deadline, and says what was late', async () => {
    const model = new FakeModel();
    model.hold('slow');
    await withFlow(model, { nodes: { slow: { prompt: 'Slow.' } } }, { deadlineMs: 1_000 }, async (handle) => {
      const message = 'No node is ok. First: slow late: Not there at the deadline of 1.0 s.';
      await expect(handle.result()).rejects.toMatchObject({ cause: { type: 'RunFailed', message } });
    });
  });

  it('cuts the branch of one node by itself, whose node says what becomes of the run', async () => {
    const model = new FakeModel();
    model.hold('lost');
    const flow: Flow = {
      nodes: { lost: { prompt: 'Lost.', onError: 'skip' }, end: { prompt: '{{ lost }}', needs: ['lost'] } },
      output: 'end',
    };
    await withFlow(model, flow, {}, async (handle) => {
      await vi.waitFor(() => expect(model.asked).toEqual(['lost']), patienceMs);
      await handle.executeUpdate<string[], [string]>('cancelBranch', { args: ['lost'] });
      const result = await handle.result();
      expect([result.status, statuses(result)]).toEqual(['partial', { lost: 'cancelled', end: 'ok' }]);
    });
  });

  it('reports who contradicts whom', async () => {
    const model = new EchoModel(['a', 'b', 'c'], { a: 'high', b: 'low', c: 'low' });
    const writes = 'risk';
    const flow: Flow = {
      nodes: { a: { prompt: 'A.', writes }, b: { prompt: 'B.', writes }, c: { prompt: 'C.', writes } },
      state: { risk: { reducer: 'majority' } },
      output: 'risk',
    };
    await withFlow(model, flow, {}, async (handle) => {
      const result = await handle.result();
      expect(result.output).toBe('low');
      const said = [
        { by: 'a', value: 'high' },
        { by: 'b', value: 'low' },
        { by: 'c', value: 'low' },
      ];
      expect(result.contradictions).toEqual([{ key: 'risk', said }]);
    });
  });

  it.each([
    [
      { nodes: { a: { prompt: 'A', needs: ['b'] }, b: { prompt: 'B', needs: ['a'] } } },
      'Expected no cycle, got a → b → a.',
    ],
    [{ nodes: { a: { prompt: '{{ nobody }}' } } }, 'Nobody provides `nobody`'],
    [
      { input: { text: 'string' }, nodes: { a: { prompt: '{{ text }}' } } },
      'Expected the input `text` (string), got nothing.',
    ],
  ])('refuses %j before anything is asked', async (flow, message) => {
    const model = new FakeModel();
    await withFlow(model, flow as Flow, {}, async (handle) => {
      await expect(handle.result()).rejects.toMatchObject({
        cause: { type: 'BadInput', message: expect.stringContaining(message) },
      });
      expect(model.asked).toEqual([]);
    });
  });
});

function statuses({ branches }: RunResult): Record<string, string> {
  return Object.fromEntries(branches.map(({ key, status }) => [key, status]));
}
