import { setTimeout as sleep } from 'node:timers/promises';

import { halt, haltPid, kill, outlastsHeartbeats, signalPid } from './strikes.mjs';

let databaseTurn = Promise.resolve();

/** Calls outlast their worker. */
const outlast = ({ hasGateway }) => hasGateway;

function serverSignalled(signal) {
  return {
    loses: outlastsHeartbeats,
    givesUp: outlastsHeartbeats,
    strike: async ({ stage }) => {
      signalPid(await stage.serverPid(), signal);
      await stage.serverAnswers();
    },
  };
}

/** @type {Record<string, import('./faults.mjs').Fault>} by the names that docs/reliability.md has */
export const processFaults = {
  'worker killed': {
    loses: (stage) => !outlast(stage),
    strike: ({ stage, random }) => kill(stage, random.pick(stage.workers)),
  },
  'worker stopped for a while': {
    loses: () => false,
    strike: ({ stage, random }) => halt(random.pick(stage.workers), random.integer(500, 4_000)),
  },
  'worker stopped past its heartbeats': {
    givesUp: () => true,
    loses: (stage) => !outlast(stage),
    strike: ({ stage, random }) => halt(random.pick(stage.workers), random.integer(12_000, 25_000)),
  },
  'worker told to end': {
    // What its calls come to, which the gateway goes on with, lanes are told only where they are answered.
    givesUp: outlast,
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
  'home gateway killed': {
    needs: 'home gateway',
    loses: () => true,
    strike: async ({ stage }) => {
      for (const pid of await stage.homeGatewayPids()) signalPid(pid, 'SIGKILL');
      await stage.rememberKept();
    },
  },
  'home gateway stopped for a while': {
    needs: 'home gateway',
    loses: () => false,
    strike: async ({ stage, random }) => {
      const awayMs = random.integer(500, 6_000);
      await Promise.all((await stage.homeGatewayPids()).map((pid) => haltPid(pid, awayMs)));
    },
  },
  'everything killed': {
    loses: () => true,
    strike: async ({ stage }) => {
      const server = await stage.serverPid();
      const gateways = await stage.homeGatewayPids();
      for (const pid of [server, ...gateways]) signalPid(pid, 'SIGKILL');
      for (const actor of [...stage.workers, stage.gateway]) actor?.signal('SIGKILL');
      await stage.rememberKept();
      await stage.serverAnswers();
    },
  },
  'server told to end': serverSignalled('SIGTERM'),
  'server killed': serverSignalled('SIGKILL'),
  'server stopped for a while': {
    loses: outlastsHeartbeats,
    givesUp: outlastsHeartbeats,
    strike: async ({ stage, random }) => haltPid(await stage.serverPid(), random.integer(500, 5_000)),
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
  'database stopped for a while': {
    needs: 'database',
    loses: () => false,
    strike: ({ stage, random }) => {
      const awayMs = random.integer(500, 5_000);
      databaseTurn = databaseTurn.then(async () => {
        const group = -(await stage.settings.database.pid());
        signalPid(group, 'SIGSTOP');
        await sleep(awayMs);
        signalPid(group, 'SIGCONT');
      });
      return databaseTurn;
    },
  },
};
