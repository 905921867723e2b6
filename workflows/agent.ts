import { continueAsNew } from '@temporalio/workflow';

import { planAgent } from '../src/plan/agent-plan.js';
import type { AgentInput } from '../src/plan/agent-plan.js';
import type { RunResult } from '../src/contract/run-result.js';
import { AgentRun } from './agents/agent-run.js';
import { checked } from './engine/checked.js';
import { entered } from './engine/door.js';

/** A model that calls tools. The calls of one turn run at once, and their results are shown to it in the next turn. */
export async function agent(given: AgentInput): Promise<RunResult> {
  const input = entered('agent', given);
  const run = new AgentRun(
    checked(() => planAgent(input)),
    input.carried,
  );
  for (;;) {
    const turn = await run.nextTurn();
    if (turn.calls.length === 0) return run.finish(turn);
    await run.callTools(turn);
    if (run.isLong) await continueAsNew<typeof agent>({ ...input, carried: run.toCarry() });
  }
}
