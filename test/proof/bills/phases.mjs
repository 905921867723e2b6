import { setTimeout as sleep } from 'node:timers/promises';

import { holdJournal, inFlight, killGateway, killWorker, pendingOf, stage, untilInFlight } from './home.mjs';

/** A moment in which the home's gateway is killed, and how it is met. */
export const phases = {
  // It has read the question, and has no lease for it.
  asked: async (mark, begun) => {
    const letGo = await holdJournal();
    begun();
    while ((await pendingOf(mark)) === 0) await sleep(50);
    await sleep(1_000);
    await killGateway();
    letGo();
  },
  // It has the lease, and waits for a permit: the API has asked for a pause.
  leased: async (mark, begun) => {
    stage.books.script({
      match: { document: new RegExp(mark) },
      fault: { kind: 'rate-limit', retryAfter: 4 },
      times: 3,
    });
    begun();
    while (stage.books.callsOf(mark).filter(({ record }) => record.finishedAt !== null).length < 3) await sleep(20);
    await sleep(300);
    await killGateway();
  },
  flight: async (mark, begun) => {
    begun();
    await untilInFlight(mark, 1);
    await sleep(150);
    await killGateway();
  },
  // The answers have come, and cannot be kept.
  received: async (mark, begun) => {
    begun();
    await untilInFlight(mark, 4);
    const letGo = await holdJournal();
    while (inFlight(mark) > 0) await sleep(20);
    await sleep(300);
    await killGateway();
    letGo();
  },
  draining: async (mark, begun) => {
    begun();
    await untilInFlight(mark, 3);
    // Once it is told to end it is no longer among those of the home.
    const pids = await stage.homeGatewayPids();
    for (const pid of pids) process.kill(pid, 'SIGTERM');
    await sleep(150);
    for (const pid of pids) process.kill(pid, 'SIGKILL');
  },
  'flight-worker': async (mark, begun) => {
    begun();
    await untilInFlight(mark, 3);
    await killGateway();
    await killWorker();
  },
};
