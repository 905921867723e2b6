import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';

import { canaryKey, Desk } from '../support/fanfold.js';

let desk: Desk;

beforeAll(async () => {
  desk = await Desk.open({ latencyMs: 0 }, 'gateway');
});

afterAll(() => desk.close());

async function filesThatHold(needle: string): Promise<string[]> {
  const entries = await readdir(desk.home, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile()).map(({ parentPath, name }) => join(parentPath, name));
  const held = await Promise.all(files.map(async (file) => (await readFile(file)).includes(needle)));
  return files.filter((_, index) => held[index]);
}

it('keeps the API key out of output, errors, logs, history and the home, even from an API that echoes it', async () => {
  const echo = `invalid key Bearer ${canaryKey}`;
  desk.model.script(
    { match: /perspective: refused/, fault: { kind: 'status', status: 403, message: echo } },
    { match: /perspective: flaky/, times: 1, fault: { kind: 'status', status: 500, message: echo } },
    { match: /perspective: garbled/, fault: { kind: 'body', body: `<p>${echo}</p>`, contentType: 'text/html' } },
    { match: /perspective: slowed/, times: 1, fault: { kind: 'rate-limit', retryAfter: 0 } },
  );
  const words = [
    'perspectives',
    '-',
    '--perspectives',
    'refused,flaky,garbled,slowed,fine',
    '--attempts',
    '2',
    '--id',
    'canary',
  ];
  const worker = desk.start(['worker'], { env: { FANFOLD_LOG: 'TRACE' } });
  await worker.said(/serves fanfold/);
  const ended = await desk.fanfold([...words, '--json'], {
    stdin: 'The needle in this haystack is zebrafinch.',
    env: { FANFOLD_DEBUG: '1' },
  });
  const run = JSON.parse(ended.stdout);
  expect(run.branches.map(({ status }: { status: string }) => status)).toEqual(['failed', 'ok', 'failed', 'ok', 'ok']);
  const shown = await desk.fanfold(['show', 'canary']);
  await desk.fanfold(['doctor'], { env: { FANFOLD_DEBUG: '1' } });
  const stopped = await worker.kill('SIGTERM');

  for (const { stdout, stderr } of [ended, shown, stopped]) expect(stdout + stderr).not.toContain(canaryKey);
  expect(await filesThatHold(canaryKey)).toEqual([]);
  // The search finds what is there: the document is in the history, in the database.
  expect((await filesThatHold('zebrafinch')).length).toBeGreaterThan(0);
});
