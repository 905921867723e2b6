import { expect, it } from 'vitest';

import { placeRows, readRows } from '../../src/client/index.js';
import type { StoredBranch } from '../../src/contract/branch.js';
import { noTally } from '../../src/contract/lanes.js';
import { outcomeOfSkip } from '../../src/contract/outcome.js';
import type { AnsweredRows } from '../../src/contract/stored-rows.js';
import { MemoryStore } from '../../src/plugin/memory-store.js';

it.each([
  [['x'], undefined, 'Expected row 0 to be an object, got "x".'],
  [[{}, null], undefined, 'Expected row 1 to be an object, got null.'],
  [[[1]], undefined, 'Expected row 0 to be an object, got [1].'],
  [[{}, {}], () => 'same', 'Expected every key once, got "same" twice, of row 1 too.'],
  [[{}], () => 'a\nb', 'Expected the key of row 0 to be 1 to 200 characters on one line, got "a\\nb".'],
  [[{}], () => 5 as never, 'Expected the key of row 0 to be 1 to 200 characters on one line, got 5.'],
])('refuses rows that are none, and keys that name no row', async (rows, key, message) => {
  const placed = placeRows(rows as object[], new MemoryStore(), key && { key });
  await expect(placed).rejects.toThrow(message);
});

it('reads each row once, in input order, from reports in the order of completion', async () => {
  const store = new MemoryStore();
  async function* rows() {
    for (let n = 0; n < 600; n += 1) yield { n };
  }
  const { chunks } = await placeRows(rows(), store);
  expect(chunks.map(({ count }) => count)).toEqual([250, 250, 100]);
  const branch = (index: number, status: StoredBranch['status'] = 'ok'): StoredBranch => ({
    ...outcomeOfSkip({ key: String(index), index, queuedAtMs: 0 }, 'Why.', 0),
    status,
    ...(status === 'ok' && { output: { inline: index } }),
  });
  const report = (...branches: StoredBranch[]) => store.putText(JSON.stringify(branches));
  const large = { ...branch(260), output: await store.putText('"large"') };
  const batches = [
    await report(branch(599), branch(510)),
    await report(branch(3, 'failed'), branch(1)),
    // Of both chunks, as no lane is now.
    await report(branch(249), branch(250)),
    await report(branch(3), large, branch(1, 'failed')),
  ];
  const others = { status: 'late', message: 'The deadline came.' } as const;
  const wide = { chunks, batches, tally: noTally, poisoned: [400], others };
  const answered: AnsweredRows<{ n: number }, number> = { wide, startedAtMs: 0 };
  const read: string[] = [];
  for await (const { row, outcome } of readRows(answered, store)) {
    const { status } = outcome;
    if (status !== 'late') read.push(`${row.n} ${outcome.index} ${status} ${status === 'ok' ? outcome.output : ''}`);
  }
  expect(read).toEqual([
    '1 1 ok 1',
    '3 3 ok 3',
    '249 249 ok 249',
    '250 250 ok 250',
    '260 260 ok large',
    '400 400 failed ',
    '510 510 ok 510',
    '599 599 ok 599',
  ]);
  const last: number[] = [];
  for await (const { outcome } of readRows(answered, store, { from: 598 })) last.push(outcome.index);
  expect(last).toEqual([598, 599]);
});
