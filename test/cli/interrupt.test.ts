import { EventEmitter, once } from 'node:events';
import { setImmediate as turn } from 'node:timers/promises';

import { expect, it } from 'vitest';

import { aborted, interruptible } from '../../src/cli/run/interrupt.js';
import type { World } from '../../src/cli/world.js';

it('still listens while others hear of the first signal, and no longer when a second comes', async () => {
  const process = new EventEmitter();
  const world = {
    onInterrupt(listener: () => void) {
      process.on('SIGINT', listener);
      return () => process.off('SIGINT', listener);
    },
  } as unknown as World;
  const listening: number[] = [];
  const ended = interruptible(world, async (signal) => {
    await aborted(signal);
    await once(process, 'left');
  });
  // What shows the cursor again at a terminal ends the process where it is the only one that listens.
  process.on('SIGINT', () => listening.push(process.listenerCount('SIGINT')));
  process.emit('SIGINT');
  await turn();
  process.emit('SIGINT');
  process.emit('left');
  await ended;
  expect(listening).toEqual([2, 1]);
});
