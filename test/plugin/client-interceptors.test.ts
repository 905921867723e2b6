import type { CompiledWorkflowOptions } from '@temporalio/client';
import { describe, expect, it } from 'vitest';

import { clientInterceptors } from '../../src/plugin/client-interceptors.js';
import type { ClientMarks } from '../../src/plugin/client-interceptors.js';
import { FanfoldPlugin } from '../../src/plugin/index.js';

/** Options of a workflow as the client starts it. */
async function startedWith(marks: ClientMarks, given: Partial<CompiledWorkflowOptions> = {}) {
  let options: Partial<CompiledWorkflowOptions> = {};
  await clientInterceptors(marks).workflow.startWithDetails?.({ options: given } as never, async (input) => {
    options = input.options;
    return {} as never;
  });
  return options;
}

describe('a client with the plugin', () => {
  const priority = { priorityKey: 1, fairnessKey: 'tenant-a' };

  it('gives what it starts a priority, as far as that has none', async () => {
    expect(await startedWith({ offline: false, priority })).toEqual({ priority });
    const own = await startedWith({ offline: false, priority }, { priority: { priorityKey: 4 } });
    expect(own).toEqual({ priority: { priorityKey: 4, fairnessKey: 'tenant-a' } });
    expect(await startedWith({ offline: true })).toEqual({ memo: { fanfold: { offline: true } } });
  });

  it('gives it to what a Schedule starts, too', async () => {
    let action: unknown;
    const { schedule } = clientInterceptors({ offline: true, priority });
    const options = { action: { type: 'startWorkflow', memo: { mine: 1 } } };
    await schedule.create?.({ options } as never, async (input) => {
      ({ action } = input.options);
      return {} as never;
    });
    expect(action).toEqual({ type: 'startWorkflow', memo: { mine: 1, fanfold: { offline: true } }, priority });
  });

  it('is refused a priority that cannot be meant', () => {
    expect(() => new FanfoldPlugin({ priority: 6 })).toThrow('Expected `priority` to be a whole number from 1');
  });
});
