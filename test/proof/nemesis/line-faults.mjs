import { writeFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';

import { during, outlastsHeartbeats } from './strikes.mjs';

/** Of lines, the model, the disk and the clock. @type {Record<string, import('./faults.mjs').Fault>} by the names that docs/reliability.md has */
export const lineFaults = {
  'line to the gateway cut': {
    needs: 'gateway',
    loses: () => false,
    strike: async ({ stage }) => stage.gatewayLine.cut(),
  },
  'line to the gateway silent': {
    needs: 'gateway',
    loses: () => false,
    strike: ({ stage, random }) => during(stage.gatewayLine, 'hole', random.integer(1_000, 5_000)),
  },
  'line to the server cut': {
    needs: 'line',
    loses: () => false,
    strike: async ({ stage }) => stage.serverLine.cut(),
  },
  'server refuses connections': {
    needs: 'line',
    loses: outlastsHeartbeats,
    givesUp: outlastsHeartbeats,
    strike: ({ stage, random }) => during(stage.serverLine, 'refuse', random.integer(500, 5_000)),
  },
  'line to the server silent': {
    needs: 'line',
    loses: outlastsHeartbeats,
    givesUp: outlastsHeartbeats,
    strike: ({ stage, random }) => during(stage.serverLine, 'hole', random.integer(1_000, 8_000)),
  },
  'line to the model cut': {
    loses: () => true,
    strike: async ({ stage }) => stage.books.line.cut(),
  },
  'model refuses connections': {
    loses: () => true,
    strike: ({ stage, random }) => during(stage.books.line, 'refuse', random.integer(500, 4_000)),
  },
  'line to the model silent': {
    loses: () => true,
    strike: ({ stage, random }) => during(stage.books.line, 'hole', random.integer(500, 4_000)),
  },
  'storm of 429': storm(() => ({ kind: 'rate-limit', retryAfter: 1 })),
  'storm of 529': storm(() => ({ kind: 'overloaded' })),
  'storm of 500': storm(() => ({ kind: 'status', status: 500 })),
  'answers reset halfway': storm(() => ({ kind: 'reset-in-body' })),
  // Of answers that cannot be read a branch takes two in all: each question gets one.
  'answers that end early': storm(() => ({ kind: 'clean-end' }), 1),
  'answers that are no JSON': storm(() => ({ kind: 'html' }), 1),
  'disk full': {
    needs: 'disk',
    loses: () => true,
    strike: async ({ stage, random }) => {
      await stage.disk.fill();
      await sleep(random.integer(500, 4_000));
      await stage.disk.free();
    },
  },
  'disk slow': {
    needs: 'slow disk',
    loses: () => false,
    strike: ({ stage, random }) => stage.disk.slow(random.integer(4, 12), random.integer(50, 400)),
  },
  'clock stepped': {
    needs: 'clock',
    loses: () => false,
    strike: async ({ stage, random }) => {
      await writeFile(stage.clockFile, `${random.pick(['+3600', '-3600', '+30', '-30'])}\n`);
      await sleep(random.integer(500, 4_000));
      await writeFile(stage.clockFile, '+0\n');
    },
  },
};

/** @param most calls of one question that it strikes */
function storm(fault, most = Infinity) {
  return {
    loses: () => false,
    strike: async ({ stage, random }) => {
      let isOn = true;
      const share = random.pick([0.3, 0.7, 1]);
      const fork = random.fork();
      const { unreadable } = stage.books;
      const strikes = ({ digest }) => {
        if (!isOn || !fork.chance(share) || (most === 1 && unreadable.has(digest))) return false;
        if (most === 1) unreadable.add(digest);
        return true;
      };
      stage.books.script({ match: strikes, fault: fault() });
      await sleep(random.integer(300, 3_000));
      isOn = false;
    },
  };
}
