import { ApplicationFailure } from '@temporalio/common';
import type { TestWorkflowEnvironment } from '@temporalio/testing';
import { Worker } from '@temporalio/worker';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import type { ToolCall } from '../../src/contract/activities.js';
import type { AgentInput } from '../../src/plan/agent-plan.js';
import type { Tool } from '../../src/contract/tool.js';
import { taskQueues } from '../../src/contract/names.js';
import { noLedger } from '../../src/contract/outcome.js';
import type { RunResult } from '../../src/contract/run-result.js';
import { answerOf, FakeModel } from '../support/fake-model.js';
import { startTemporal } from '../support/temporal.js';
import { modes, tearDown, withRunOf } from './with-run.js';

let environment: TestWorkflowEnvironment;

beforeAll(async () => {
  environment = await startTemporal();
});

afterAll(() => tearDown(environment));

const tool: Tool = { name: 'look', description: 'Looks.', inputSchema: { type: 'object' }, by: { kind: 'time' } };

/** A model that wants so many calls in each of so many turns, and then answers. */
function chatty(turns: number, callsEach: number): FakeModel {
  const model = new FakeModel();
  for (let turn = 1; turn <= turns; turn += 1) {
    const calls = Array.from({ length: callsEach }, (_, at) => ({
      id: `call-${turn}-${at}`,
      name: 'look',
      input: { inline: { turn, at } },
    }));
    model.script(`turn-${turn}`, async (call) =>
      call.request.lastTurn ? answerOf(call) : answerOf(call, { turn: { content: { inline: calls }, calls } }),
    );
  }
  return model;
}

async function saw(call: ToolCall): Promise<object> {
  return {
    status: 'ok',
    output: { inline: `saw ${JSON.stringify(call.input)}` },
    model: '',
    reused: false,
    savedUsd: 0,
    ledger: { ...noLedger, attempts: 1, startedAtMs: Date.now() },
    finishedAtMs: Date.now(),
  };
}

describe.each(modes)('an agent, $mode', ({ maxCachedWorkflows }) => {
  async function resultOf(
    model: FakeModel,
    input: Partial<AgentInput>,
    callTool: (call: ToolCall) => Promise<object> = saw,
  ): Promise<RunResult> {
    const toolWorker = await Worker.create({
      connection: environment.nativeConnection,
      namespace: environment.namespace ?? 'default',
      taskQueue: taskQueues.io,
      activities: { callTool },
    });
    let result: RunResult | undefined;
    await toolWorker.runUntil(
      withRunOf(
        'agent',
        environment,
        maxCachedWorkflows,
        model,
        { task: 'Look', tools: [tool], ...input },
        async (handle) => {
          result = await handle.result();
        },
      ),
    );
    return result!;
  }

  it('continues as new and has all of its branches at the end, in the order in which they were asked for', async () => {
    const result = await resultOf(chatty(4, 2), { turnsPerExecution: 2 });
    expect(result.status).toBe('complete');
    expect(result.branches.map(({ key }) => key).join(' ')).toBe(
      'turn-1 look-1 look-2 turn-2 look-3 look-4 turn-3 look-5 look-6 turn-4 look-7 look-8 turn-5',
    );
    expect(result.branches.map(({ index }) => index)).toEqual(result.branches.map((_, at) => at));
    expect(result.output).toBe('answer of turn-5');
  });

  it('shows the model every turn and every result, each at its call', async () => {
    const model = chatty(2, 1);
    let turns: unknown;
    model.script('turn-3', async (call) => {
      turns = call.request.turns;
      return answerOf(call);
    });
    await resultOf(model, { turnsPerExecution: 1 });
    expect(turns).toMatchObject([
      { results: [{ id: 'call-1-0', output: { inline: expect.stringContaining('"turn":1') }, failed: false }] },
      { results: [{ id: 'call-2-0', output: { inline: expect.stringContaining('"turn":2') }, failed: false }] },
    ]);
  });

  it('must answer once its tokens are used up', async () => {
    const result = await resultOf(chatty(5, 1), { tokenLimit: 25 });
    // Each turn takes 15.
    expect(result.branches.map(({ key }) => key)).toEqual(['turn-1', 'look-1', 'turn-2', 'look-2', 'turn-3']);
    expect(result.stoppedBy).toBe('tokens');
  });

  it('tries a tool that changes something once, and one that does not again (AgentRun-3)', async () => {
    const statuses: unknown[] = [];
    for (const changes of [true, false]) {
      let tries = 0;
      const failing = async (call: ToolCall) => {
        tries += 1;
        if (tries === 1) throw ApplicationFailure.create({ type: 'ToolFailed', message: 'It may have been done.' });
        return saw(call);
      };
      const input = { tools: [{ ...tool, changes }], allow: ['look'], toolAttempts: 2 };
      const { branches } = await resultOf(chatty(1, 1), input, failing);
      statuses.push([tries, branches[1]?.status]);
    }
    expect(statuses).toEqual([
      [1, 'failed'],
      [2, 'ok'],
    ]);
  });

  it('tells the model of a tool that there is not', async () => {
    const model = chatty(1, 1);
    const result = await resultOf(model, { tools: [{ ...tool, name: 'other' }] });
    expect(result.branches[1]).toMatchObject({ key: 'unknown-1', status: 'failed', error: { type: 'ToolFailed' } });
    expect(result.status).toBe('partial');
  });
});

describe('research within a budget', () => {
  it('gives each step its share of what those before have left', async () => {
    const given: unknown[] = [];
    const model = new FakeModel();
    const answers = { plan: { questions: ['What is owed?'] }, 'task-1': 'It is 100 euros [1].', report: 'Paid [1].' };
    for (const [key, answer] of Object.entries(answers)) {
      model.script(key, async (call) => {
        given.push([key, call.mostUsd]);
        const { ledger } = answerOf(call);
        return answerOf(call, { output: { inline: answer }, ledger: { ...ledger, costUsd: 0.05, lostUsd: 0.05 } });
      });
    }
    const searches = await Worker.create({
      connection: environment.nativeConnection,
      namespace: environment.namespace ?? 'default',
      taskQueue: taskQueues.io,
      activities: {
        searchSource: async (call: ToolCall) => ({
          ...(await saw(call)),
          output: { inline: { hits: [{ title: 'Terms', link: 'terms.md', text: 'The customer owes 100 euros.' }] } },
        }),
      },
    });
    const input = {
      question: 'What is owed?',
      sources: [{ name: 'terms', kind: 'files', folder: '/terms' }],
      rounds: 1,
      budgetUsd: 1,
    };
    await searches.runUntil(
      withRunOf('research', environment, 10, model, input, async (handle) => {
        expect(await handle.result()).toMatchObject({ status: 'complete' });
      }),
    );
    // A tenth for the plan, six tenths for the tasks, and all that is left for the report.
    expect(given).toEqual([
      ['plan', expect.closeTo(0.1, 9)],
      ['task-1', expect.closeTo(0.9 * 0.6, 9)],
      ['report', expect.closeTo(0.8, 9)],
    ]);
  });
});
