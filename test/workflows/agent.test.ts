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

describe.each(modes)('an agent, $mode', ({ maxCachedWorkflows }) => {
  async function resultOf(model: FakeModel, input: Partial<AgentInput>): Promise<RunResult> {
    const toolWorker = await Worker.create({
      connection: environment.nativeConnection,
      namespace: environment.namespace ?? 'default',
      taskQueue: taskQueues.io,
      activities: {
        callTool: async (call: ToolCall) => ({
          status: 'ok',
          output: { inline: `saw ${JSON.stringify(call.input)}` },
          model: '',
          reused: false,
          savedUsd: 0,
          ledger: { ...noLedger, attempts: 1, startedAtMs: Date.now() },
          finishedAtMs: Date.now(),
        }),
      },
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

  it('tells the model of a tool that there is not', async () => {
    const model = chatty(1, 1);
    const result = await resultOf(model, { tools: [{ ...tool, name: 'other' }] });
    expect(result.branches[1]).toMatchObject({ key: 'unknown-1', status: 'failed', error: { type: 'ToolFailed' } });
    expect(result.status).toBe('partial');
  });
});
