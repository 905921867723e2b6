import { join } from 'node:path';

import { afterEach, beforeEach, expect, it } from 'vitest';

import type { CpuPool as Pool } from '../../src/cpu/index.js';
import { root } from '../support/fanfold.js';
import { shortLimitMs, slowPattern, slowText } from '../support/slow-pattern.js';

// The threads run what was built.
const { CpuPool } = (await import(join(root, 'dist/src/cpu/index.js'))) as { CpuPool: typeof Pool };

const slow = { text: slowText, pattern: slowPattern };
const quick = { text: 'A TODO here.', pattern: 'TODO' };
const found = { inTime: true, value: [{ quote: 'TODO', at: 2 }] };
const stopped = { inTime: false };

let pool: Pool;

// One thread: what holds it up holds up everything.
beforeEach(() => {
  pool = new CpuPool(1, { eachMs: shortLimitMs, runMs: 3 * shortLimitMs });
});

afterEach(() => pool.close());

it('a pattern whose time is over is stopped, and its thread goes on with the next', async () => {
  const limited = await Promise.all([
    pool.runPattern('findPattern', slow, 'run'),
    pool.runPattern('findPattern', quick, 'run'),
  ]);
  expect(limited).toMatchObject([stopped, found]);
});

it('its time begins with it, and not while it waits for a thread', async () => {
  const texts = Array.from({ length: 300 }, (_, at) => `${at} ${'some words of a text '.repeat(200)}`);
  const waiting = pool.run('nearDuplicates', texts);
  const behind = pool.runPattern('findPattern', quick, 'run');
  await waiting;
  expect(await behind).toMatchObject(found);
});

it('the event loop is free meanwhile', async () => {
  await pool.runPattern('findPattern', quick, 'warm');
  // Work in place would let no timer through before its end.
  let ticks = 0;
  const ticking = setInterval(() => (ticks += 1), 1);
  const { tookMs } = await pool.runPattern('findPattern', slow, 'run');
  clearInterval(ticking);
  expect(Math.ceil(tookMs)).toBeGreaterThanOrEqual(shortLimitMs);
  expect(ticks).toBeGreaterThan(3);
});

it('all slow ones of a run have a limit together, and other runs one of their own', async () => {
  const limited = await Promise.all(Array.from({ length: 9 }, () => pool.runPattern('findPattern', slow, 'greedy')));
  expect(limited.filter(({ inTime }) => inTime)).toEqual([]);
  expect(limited.at(-1)).toEqual({ inTime: false, tookMs: 0 });
  expect(await pool.runPattern('findPattern', quick, 'greedy')).toMatchObject(stopped);
  expect(await pool.runPattern('findPattern', quick, 'another')).toMatchObject(found);
});

it('quick ones are not counted', async () => {
  for (let time = 0; time < 300; time += 1) await pool.runPattern('findPattern', quick, 'honest');
  expect(await pool.runPattern('findPattern', quick, 'honest')).toMatchObject(found);
});

it('filters of JSONPath are stopped like any pattern', async () => {
  const body = { results: [{ title: slowText, url: 'https://example.org' }] };
  const parts = { title: '$.title', link: '$.url', text: '$.title' };
  const answer = { bytes: Buffer.from(JSON.stringify(body)), type: 'application/json' };
  const read = (hits: string) =>
    pool.runPattern('readHits', { answer, source: { ...parts, hits }, address: 'https://example.org/' }, 'run');
  expect(await read('$.results[*]')).toMatchObject({ inTime: true, value: [{ link: 'https://example.org' }] });
  expect(await read(`$.results[?match(@.title, '(a+)+c')]`)).toMatchObject(stopped);
  expect(await read('$.results[*]')).toMatchObject({ inTime: true });
});

it('patterns of schemas are stopped like any pattern', async () => {
  const schema = { type: 'object', properties: { name: { type: 'string', pattern: slowPattern } } };
  const check = (name: string) => pool.runPattern('checkSchema', { schema, value: { name } }, 'run');
  expect(await check('aaa')).toMatchObject({ inTime: true, value: undefined });
  expect(await check('b')).toMatchObject({ inTime: true, value: expect.stringContaining('at /name') });
  expect(await check(slowText)).toMatchObject(stopped);
});
