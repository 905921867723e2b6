import { writeFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';

import { livePresences } from '../../../dist/src/server/presence.js';

/** Heartbeats are missed after five seconds, in milliseconds, less what a heartbeat takes: then others have the branches. */
const heartbeatsMs = 3_500;
const outlastsHeartbeats = (_, lastedMs) => lastedMs > heartbeatsMs;

let databaseTurn = Promise.resolve();

const withGateway = ({ gateway }) => gateway !== undefined;

/** What a fault may need, how a stage is seen to have it, and what a command is to be told where there cannot be one. */
export const needed = {
  gateway: { isIn: withGateway, lacks: 'a gateway: leave out --gateway no' },
  line: { isIn: ({ serverLine }) => serverLine !== undefined, lacks: 'a server behind a line' },
  disk: { isIn: ({ disk }) => disk !== undefined, lacks: 'a disk of its own, which root mounts on Linux' },
  'slow disk': {
    isIn: ({ disk }) => disk?.slow !== undefined,
    lacks: 'a disk of its own that can be frozen: root on Linux, mkfs.ext4, fsfreeze',
  },
  clock: { isIn: ({ settings }) => settings.clock !== undefined, lacks: 'libfaketime' },
  database: { isIn: ({ settings }) => settings.database !== undefined, lacks: 'a database: add --cluster' },
};

/** Whether a fault can strike a stage. */
export function isPossible(name, stage) {
  const { needs } = faults[name];
  return needs === undefined || needed[needs].isIn(stage);
}

/**
 * What is done to a round's processes, lines and runs. A fault resolves when it is over.
 *
 * @typedef {object} Fault
 * @property {keyof typeof needed} [needs] what a stage must have for it; any has the rest
 * @property {(stage: object, lastedMs: number) => boolean} loses whether answers under way at that moment may be lost, and asked for again
 * @property {(stage: object, lastedMs: number) => boolean} [givesUp] whether a worker that lives is given up for dead: what it asks from
 *     then on nobody is told of
 * @property {(scene: { stage: object, random: object, runs: object[] }) => Promise<void>} strike
 */

/** @type {Record<string, Fault>} by the names that docs/reliability.md has */
export const faults = {
  'worker killed': {
    loses: (stage) => !withGateway(stage),
    strike: ({ stage, random }) => kill(stage, random.pick(stage.workers)),
  },
  'worker stopped for a while': {
    loses: () => false,
    strike: ({ stage, random }) => halt(random.pick(stage.workers), random.integer(500, 4_000)),
  },
  'worker stopped past its heartbeats': {
    givesUp: () => true,
    loses: (stage) => !withGateway(stage),
    strike: ({ stage, random }) => halt(random.pick(stage.workers), random.integer(12_000, 25_000)),
  },
  'worker told to end': {
    // What its calls come to, which the gateway goes on with, lanes are told only where they are answered.
    givesUp: (stage) => withGateway(stage),
    loses: () => false,
    strike: async ({ stage, random }) => random.pick(stage.workers).signal('SIGTERM'),
  },
  'gateway killed': {
    needs: 'gateway',
    loses: () => true,
    strike: ({ stage }) => kill(stage, stage.gateway),
  },
  'gateway stopped for a while': {
    needs: 'gateway',
    loses: () => false,
    strike: ({ stage, random }) => halt(stage.gateway, random.integer(500, 6_000)),
  },
  'gateway told to end': {
    needs: 'gateway',
    loses: () => false,
    strike: async ({ stage }) => stage.gateway.signal('SIGTERM'),
  },
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
  'server killed': {
    loses: outlastsHeartbeats,
    givesUp: outlastsHeartbeats,
    strike: async ({ stage }) => {
      signalPid(await stage.serverPid(), 'SIGKILL');
      await stage.serverAnswers();
    },
  },
  'server stopped for a while': {
    loses: outlastsHeartbeats,
    givesUp: outlastsHeartbeats,
    strike: async ({ stage, random }) => haltPid(await stage.serverPid(), random.integer(500, 5_000)),
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
  'database killed': {
    needs: 'database',
    loses: () => false,
    strike: ({ stage, random }) => {
      const { database } = stage.settings;
      const awayMs = random.integer(200, 3_000);
      // One kill after the other: what is away cannot be killed.
      databaseTurn = databaseTurn.then(async () => {
        await database.kill();
        await sleep(awayMs);
        await database.resume();
      });
      return databaseTurn;
    },
  },
  'connections to the database cut': {
    needs: 'database',
    loses: () => false,
    strike: ({ stage }) => databaseTurn.then(() => stage.settings.database.cutConnections()),
  },
  'run cancelled': {
    loses: () => false,
    strike: async ({ stage, random, runs }) => {
      const open = runs.filter(
        (run) => run.isStarted && run.cancelledAtMs === undefined && run.endedAtMs === undefined,
      );
      if (open.length === 0 || runs.length < 2) return false;
      const run = random.pick(open);
      run.isCancelled = true;
      while ((await stage.command(['cancel', run.id])).code !== 0) await sleep(200);
      run.cancelledAtMs = Date.now();
    },
  },
  'run reset': {
    loses: () => true,
    strike: async ({ stage, random, runs }) => {
      const open = runs.filter((run) => run.isStarted && !run.isCancelled && run.endedAtMs === undefined);
      if (open.length === 0) return false;
      const run = random.pick(open);
      run.isReset = true;
      for (let tries = 1; tries <= 40; tries += 1) {
        try {
          const client = await stage.client();
          await client.workflowService.resetWorkflowExecution({
            namespace: 'default',
            workflowExecution: { workflowId: run.id },
            reason: 'nemesis',
            workflowTaskFinishEventId: 4,
            requestId: `reset-${run.id}-${run.resets ?? 0}`,
          });
          run.resets = (run.resets ?? 0) + 1;
          return;
        } catch {
          await sleep(250);
        }
      }
      return false;
    },
  },
  'commands killed': {
    loses: () => false,
    strike: async ({ stage, runs }) => {
      const followed = runs.filter(({ isStarted }) => isStarted).map(({ id }) => stage.begin(['watch', id]));
      await sleep(700);
      for (const child of followed) child.kill('SIGKILL');
      for (const { role, pid } of await livePresences(stage.home)) {
        if (role === 'command') signalPid(pid, 'SIGKILL');
      }
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

async function kill(stage, actor) {
  actor.signal('SIGKILL');
  await stage.rememberKept();
}

async function halt(actor, ms) {
  actor.signal('SIGSTOP');
  await sleep(ms);
  actor.signal('SIGCONT');
}

async function haltPid(pid, ms) {
  signalPid(pid, 'SIGSTOP');
  await sleep(ms);
  signalPid(pid, 'SIGCONT');
}

async function during(line, what, ms) {
  line[what]();
  await sleep(ms);
  line.heal();
}

function signalPid(pid, signal) {
  try {
    if (pid !== undefined) process.kill(pid, signal);
  } catch (error) {
    if (error.code !== 'ESRCH') throw error;
  }
}
