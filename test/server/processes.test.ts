import { mkdir, utimes } from 'node:fs/promises';
import { expect, it } from 'vitest';

import { homePaths } from '../../src/server/paths.js';
import { isListening } from '../../src/server/probe.js';
import { isAlive } from '../../src/server/process-identity.js';
import { readServerRecord } from '../../src/server/server-record.js';
import { enter, joinAs, makeHome, recordOf } from './homes.js';
import { Participant } from './participants.js';

it('gives two processes that start at once one server, which the last one out stops', async () => {
  const home = await makeHome();
  const first = new Participant(home);
  const second = new Participant(home);
  const address = await first.address;
  expect(await second.address).toBe(address);
  const record = await recordOf(home);
  expect(record.address).toBe(address);

  await first.leave();
  expect(await isAlive(record)).toBe(true);
  await second.leave();
  expect(await isAlive(record)).toBe(false);
  expect(await readServerRecord(home)).toBeUndefined();
});

it('finds the server again that everybody who was killed has left behind, and stops it at last', async () => {
  const home = await makeHome();
  const killed = [new Participant(home), new Participant(home)];
  for (const participant of killed) await participant.address;
  const record = await recordOf(home);
  for (const participant of killed) await participant.kill();
  expect(await isAlive(record)).toBe(true);

  const { membership, server } = await enter(home);
  expect(server.address).toBe(record.address);
  expect((await recordOf(home)).pid).toBe(record.pid);
  expect((await membership.live()).map(({ pid }) => pid)).toEqual([process.pid]);
  await membership.leave();
  expect(await isAlive(record)).toBe(false);
});

it('keeps Ctrl-C in a terminal away from the server', async () => {
  const home = await makeHome();
  const participant = new Participant(home);
  await participant.address;
  const record = await recordOf(home);
  const interrupted = participant.event();
  participant.interrupt();
  await interrupted;
  expect(await isAlive(record)).toBe(true);
});

it('restarts a killed server on the same port, whoever notices', async () => {
  const home = await makeHome();
  const participants = [new Participant(home), new Participant(home)];
  for (const participant of participants) await participant.address;
  const record = await recordOf(home);
  const restarted = Promise.race(participants.map((participant) => participant.event()));
  process.kill(record.pid, 'SIGKILL');
  expect(await restarted).toContain('was restarted');

  const after = await recordOf(home);
  expect(after.pid).not.toBe(record.pid);
  expect(after.address).toBe(record.address);
  expect(await isListening(record.port)).toBe(true);
});

it('does not wait for a lock that a crash has left behind', async () => {
  const home = await makeHome();
  await (await joinAs(home)).leave();
  const { lock } = homePaths(home);
  await mkdir(lock);
  const sixSecondsAgo = Date.now() / 1_000 - 6;
  await utimes(lock, sixSecondsAgo, sixSecondsAgo);
  expect(await (await joinAs(home)).live()).toHaveLength(1);
});
