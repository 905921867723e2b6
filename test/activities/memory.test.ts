import { queryObjects } from 'node:v8';

import { describe, expect, it } from 'vitest';

import { openDesk } from './asking.js';

describe('a worker that goes on for days', () => {
  it('keeps nothing of calls that have ended', async () => {
    const { ask } = await openDesk();
    const calls = 100;
    for (let call = 0; call < calls; call += 1) await ask().answer;
    // Those that are alive after a collection of garbage. The HTTP client and its server keep a few.
    const alive = queryObjects(AbortSignal, { format: 'count' }) as unknown as number;
    expect(alive).toBeLessThan(calls / 2);
  });
});
