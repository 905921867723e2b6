import { queryObjects } from 'node:v8';

import { describe, expect, it } from 'vitest';

import { openDesk } from './asking.js';

describe('a worker that goes on for days', () => {
  it('keeps nothing of calls that have ended', async () => {
    const { ask } = await openDesk();
    // Those that are alive after a collection of garbage.
    const alive = () => queryObjects(AbortSignal, { format: 'count' }) as unknown as number;
    const calls = 100;
    await ask().answer;
    // Other files share this process, and have their own.
    const before = alive();
    for (let call = 0; call < calls; call += 1) await ask().answer;
    // The HTTP client and its server keep a few.
    expect(alive() - before).toBeLessThan(calls / 2);
  });
});
