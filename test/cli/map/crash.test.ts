import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

import { afterEach, expect, it } from 'vitest';

import { Desk } from '../../support/fanfold.js';

const count = 300;
let desk: Desk;

afterEach(() => desk.close());

const rowOf = ({ prompt }: { prompt: string }) => /row-\d+/.exec(prompt)![0];

async function until(holds: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await holds())) await sleep(20);
}

it('ends with every row once when its worker and then the command are killed', async () => {
  desk = await Desk.open({ latencyMs: () => 50 + Math.random() * 200, retain: { calls: 10_000, requests: 0 } });
  const rows = Array.from({ length: count }, (_, row) => `r${row},"This is row-${row}, about the ""offer""."\n`);
  await writeFile(join(desk.directory, 'rows.csv'), `id,text\n${rows.join('')}`);
  const words = [
    'map',
    'rows.csv',
    '--prompt',
    'Say. {{ text }}',
    '--out',
    'out.csv',
    '--id',
    'killed',
    '--concurrency',
    '20',
  ];
  const answered = () => desk.model.calls.filter((call) => call.answered);
  const written = async () => (await readFile(join(desk.directory, 'out.csv'), 'utf8')).match(/^r\d+(?=,)/gm) ?? [];
  const first = desk.start(words);
  await until(async () => (await written().catch(() => [])).length > count / 4);
  // Who has its row has its answer, however long it took.
  const finished = await written();
  for (const pid of await desk.present('worker')) process.kill(pid, 'SIGKILL');
  await until(() => answered().length > count / 2);
  await first.kill('SIGKILL');
  const { code, stderr } = await desk.start([...words, '--resume']).ended;
  expect(code, stderr).toBe(0);
  expect(stderr).toContain('attached to killed');
  expect(await written()).toEqual(Array.from({ length: count }, (_, row) => `r${row}`));
  // What was in flight when the worker died is asked again, and nothing else.
  expect(desk.model.total).toBeLessThanOrEqual(count + 20);
  const counts = desk.model.countBy(rowOf);
  for (const row of finished) expect(counts.get(`row-${row.slice(1)}`), row).toBe(1);
});
