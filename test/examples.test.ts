import { execFile, spawn } from 'node:child_process';
import { cp, mkdir, mkdtemp, readdir, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

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

it('runs a workflow of one’s own, with an activity of one’s own as a branch, from the packed package', async () => {
  const run = promisify(execFile);
  const desk = await Desk.open();
  const project = await mkdtemp(join(tmpdir(), 'fanfold-own-'));
  try {
    const { stdout: packed } = await run('npm', ['pack', '--ignore-scripts', '--json', '--pack-destination', project], {
      cwd: root,
    });
    const [{ filename }] = JSON.parse(packed) as [{ filename: string }];
    await run('tar', ['xzf', filename], { cwd: project });
    await mkdir(join(project, 'node_modules'));
    await cp(join(project, 'package'), join(project, 'node_modules', 'fanfold'), { recursive: true });
    // What the package depends on, as npm would lay it beside it.
    for (const name of await readdir(join(root, 'node_modules'))) {
      if (!name.startsWith('.')) await symlink(join(root, 'node_modules', name), join(project, 'node_modules', name));
    }
    await cp(join(root, 'examples', 'own-workflow'), project, { recursive: true });
    await desk.start(['dev']).said(/serves fanfold/);
    const { address } = await desk.serverRecord();
    const env = { ...process.env, TEMPORAL_ADDRESS: address };
    const { stdout } = await run(process.execPath, ['run.mjs'], { cwd: project, env });
    const result = JSON.parse(stdout);
    expect(result).toMatchObject({ words: 17, coverage: { ok: 3, total: 3 } });
    expect(result.order.toSorted()).toEqual(['ends', 'owed', 'words']);
    expect(result.owed).toContain('100 euros');
  } finally {
    await desk.close();
    await rm(project, { recursive: true, force: true });
  }
});
