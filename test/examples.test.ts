import { spawn } from 'node:child_process';
import { expect, it } from 'vitest';

import { Desk, root, Running } from './support/fanfold.js';

it('starts a run from a program with the Temporal client alone', async () => {
  const desk = await Desk.open();
  try {
    await desk.start(['dev']).said(/serves fanfold/);
    const { address } = await desk.serverRecord();
    const env = { ...process.env, TEMPORAL_ADDRESS: address };
    const example = new Running(
      spawn(process.execPath, ['examples/start-run.mjs'], { cwd: root, env, stdio: ['ignore', 'pipe', 'pipe'] }),
    );
    const { code, stdout, stderr } = await example.ended;
    expect(code, stderr).toBe(0);
    expect(stdout).toMatch(/^example-\d+ is complete\nlegal: ok, \d+ tokens\ntone: ok, \d+ tokens\n$/);
  } finally {
    await desk.close();
  }
});
