import { describe, expect, it } from 'vitest';

import { newestOf } from '../../src/client/newest-of.js';

interface Execution {
  id: string;
  startTime: Date;
  closeTime?: Date;
}

/** An execution that began at a second, and ended at another or is open. */
const execution = (id: string, began: number, ended?: number): Execution => ({
  id,
  startTime: new Date(began * 1_000),
  ...(ended !== undefined && { closeTime: new Date(ended * 1_000) }),
});

/** A list in Temporal's order, which counts how far it was read. */
class Listed {
  read = 0;

  constructor(readonly executions: readonly Execution[]) {}

  async *[Symbol.asyncIterator](): AsyncGenerator<Execution> {
    for (const each of this.executions) {
      this.read += 1;
      yield each;
    }
  }

  async newest(limit: number): Promise<string[]> {
    return (await newestOf(this, limit)).map(({ id }) => id);
  }
}

describe('the newest runs of what Temporal lists by its end', () => {
  const slow = execution('slow', 1, 100);
  const runs = [
    execution('open', 0),
    slow,
    execution('last', 60, 70),
    execution('middle', 50, 65),
    execution('first', 40, 45),
  ];

  it('are those that began last, though others ended later', async () => {
    expect(await new Listed(runs).newest(3)).toEqual(['last', 'middle', 'first']);
    expect(await new Listed(runs).newest(9)).toEqual(['last', 'middle', 'first', 'slow', 'open']);
  });

  it('are read no further than to the first that had ended before they began', async () => {
    const listed = new Listed([...runs, ...Array.from({ length: 500 }, (_, at) => execution(`old-${at}`, 10, 20))]);
    expect(await listed.newest(3)).toEqual(['last', 'middle', 'first']);
    expect(listed.read).toBe(runs.length + 1);
  });

  it('are looked for among a thousand at most, where few are wanted', async () => {
    const listed = new Listed(Array.from({ length: 2_000 }, (_, at) => execution(`open-${at}`, 2_000 - at)));
    expect(await listed.newest(1)).toEqual(['open-0']);
    expect(listed.read).toBeLessThan(1_100);
  });
});
