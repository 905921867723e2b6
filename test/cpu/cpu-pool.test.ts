import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { monitorEventLoopDelay, performance } from 'node:perf_hooks';
import { setTimeout } from 'node:timers/promises';

import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import type { CpuPool as Pool } from '../../src/cpu/index.js';
import { nearDuplicates } from '../../src/cpu/tasks/near-duplicates.js';
import { root } from '../support/fanfold.js';
import { pdfOf } from '../support/pdf.js';

// The threads run what was built.
const { CpuPool } = (await import(join(root, 'dist/src/cpu/index.js'))) as { CpuPool: typeof Pool };

const agreement = readFileSync(join(root, 'examples/service-agreement.md'), 'utf8');
/** Takes the better part of a second to compare. */
const manyTexts = Array.from({ length: 400 }, (_, at) => `${at} ${agreement.slice(0, 6_000)}`);

let pool: Pool;

beforeAll(() => {
  pool = new CpuPool(2);
});

afterAll(() => pool.close());

/** The share of the time that work took for which the event loop was blocked at most at a stretch. */
async function longestStall(work: () => unknown): Promise<number> {
  const delay = monitorEventLoopDelay({ resolution: 5 });
  delay.enable();
  await setTimeout(20);
  const startedAt = performance.now();
  await work();
  // The delay is seen by a timer that comes after it.
  await setTimeout(20);
  delay.disable();
  return delay.max / 1e6 / (performance.now() - startedAt);
}

describe('the threads', () => {
  it('leave the event loop free, which the same work in place would block', async () => {
    await pool.run('nearDuplicates', ['warm']);
    const inPlace = await longestStall(() => nearDuplicates(manyTexts));
    expect(inPlace).toBeGreaterThan(0.7);
    // A busy machine may stop any process for a while; what the thread itself blocks, it blocks each time.
    let inThread = Infinity;
    for (let triesLeft = 5; triesLeft > 0 && inThread >= inPlace / 2; triesLeft -= 1)
      inThread = Math.min(inThread, await longestStall(() => pool.run('nearDuplicates', manyTexts)));
    expect(inThread).toBeLessThan(inPlace / 2);
  });

  it('stop what is no longer wanted', async () => {
    const stop = new AbortController();
    const endless = pool.run('nearDuplicates', Array<string[]>(20).fill(manyTexts).flat(), stop.signal);
    await setTimeout(50);
    stop.abort();
    await expect(endless).rejects.toThrow(/abort/i);
    // The pool has threads for others.
    expect(await pool.run('nearDuplicates', ['a', 'a'])).toEqual([0, 0]);
  });

  it('go on with what waits behind a task that is stopped', async () => {
    const single = new CpuPool(1);
    await single.run('nearDuplicates', ['warm']);
    const stop = new AbortController();
    const stopped = single.run('nearDuplicates', Array<string[]>(20).fill(manyTexts).flat(), stop.signal);
    const waiting = single.run('nearDuplicates', ['a', 'a']);
    const unwanted = single.run('nearDuplicates', ['b', 'b'], stop.signal);
    await setTimeout(50);
    stop.abort();
    await expect(stopped).rejects.toThrow(/abort/i);
    await expect(unwanted).rejects.toThrow(/abort/i);
    expect(await waiting).toEqual([0, 0]);
    await single.close();
  });

  it('read HTML as text, without scripts and markup', async () => {
    const bytes = Buffer.from(
      '<title>t</title><script>bad()</script><h1>Terms &amp; more</h1><p>Pay <a href="x">here</a>.</p>',
    );
    const address = 'https://example.org/a/b';
    expect(await pool.run('extractText', { kind: 'html', bytes, address })).toBe(
      '# Terms & more\n\nPay [here](https://example.org/a/x).',
    );
  });

  it('read the text of a PDF', async () => {
    expect(await pool.run('extractText', { kind: 'pdf', bytes: pdfOf('Payment is due in thirty days.') })).toBe(
      'Payment is due in thirty days.',
    );
    await expect(pool.run('extractText', { kind: 'pdf', bytes: Buffer.from('%PDF-1.4 broken') })).rejects.toThrow();
  });
});

describe('nearly the same texts', () => {
  const words = agreement.split(' ');

  it('are found, and named by the first of them', () => {
    const edited = words.with(100, 'Edited').with(900, 'too').join(' ');
    expect(nearDuplicates(['other', agreement, 'Other words altogether', edited, agreement])).toEqual([0, 1, 2, 1, 1]);
  });

  it('are not found where a tenth of the words differs', () => {
    const changed = words.map((word, at) => (at % 10 === 0 ? `x${at}` : word)).join(' ');
    expect(nearDuplicates([agreement, changed])).toEqual([0, 1]);
  });

  it('are found among short texts only where they are equal', () => {
    expect(nearDuplicates(['one two', 'one two', 'One, two!', 'one'])).toEqual([0, 0, 0, 3]);
  });
});
