import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { cp, mkdir, mkdtemp, readdir, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';

import { afterAll, beforeAll, expect, it } from 'vitest';

import { Desk, root, Running } from './support/fanfold.js';

const run = promisify(execFile);

/** Where the packages lie as they are packed. */
let packed: string;
let packages: readonly { name: string; filename: string }[];

beforeAll(async () => {
  packed = await mkdtemp(join(tmpdir(), 'fanfold-packs-'));
  const folders = ['.', ...(await readdir(join(root, 'packages'))).map((name) => `./packages/${name}`)];
  const options = ['--ignore-scripts', '--json', '--pack-destination', packed];
  packages = JSON.parse((await run('npm', ['pack', ...options, ...folders], { cwd: root })).stdout);
});

afterAll(() => rm(packed, { recursive: true, force: true }));

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
  const desk = await Desk.open();
  const project = await mkdtemp(join(tmpdir(), 'fanfold-own-'));
  try {
    await installPacked(project);
    await cp(join(root, 'examples', 'own-workflow'), project, { recursive: true });
    await desk.start(['dev']).said(/serves fanfold/);
    const { address } = await desk.serverRecord();
    const env = { ...process.env, TEMPORAL_ADDRESS: address, FANFOLD_HOME: join(project, '.fanfold') };
    await run(process.execPath, [join(root, 'node_modules/typescript/bin/tsc')], { cwd: project });
    const worker = spawn(process.execPath, ['lib/worker.js'], { cwd: project, env, stdio: 'ignore' });
    const { stdout } = await run(process.execPath, ['lib/start.js'], { cwd: project, env });
    worker.kill('SIGTERM');
    await once(worker, 'exit');
    const result = JSON.parse(stdout);
    expect(result).toMatchObject({ words: 17, costUsd: expect.any(Number) });
    expect(result.order.toSorted()).toEqual(['ends is ok', 'owed is ok', 'words is ok']);
    expect(result.amount).toEqual(expect.any(String));
    expect(result.ends).toHaveLength(2);
  } finally {
    await desk.close();
    await rm(project, { recursive: true, force: true });
  }
});

it('runs the command of the packed package', async () => {
  const desk = await Desk.open();
  const project = await mkdtemp(join(tmpdir(), 'fanfold-packed-'));
  try {
    await installPacked(project);
    const command = join(project, 'node_modules', 'fanfold', 'dist/cli/fanfold.js');
    // Everything beside it is there: the gateway's own program too.
    const filesIn = async (folder: string) => (await readdir(folder)).toSorted();
    expect(await filesIn(dirname(command))).toEqual(await filesIn(join(root, 'dist/cli')));
    const { stdout } = await run(process.execPath, [command, 'doctor', '--offline'], { cwd: project, env: desk.env });
    expect(stdout).toMatch(/offline/);
  } finally {
    await desk.close();
    await rm(project, { recursive: true, force: true });
  }
});

/** Lays fanfold and its workspace packages, as they are packed, into a project, with what they depend on, as npm would. */
async function installPacked(project: string): Promise<void> {
  const modules = join(project, 'node_modules');
  for (const { name, filename } of packages) {
    await mkdir(join(modules, name), { recursive: true });
    await run('tar', ['xzf', filename, '--strip-components=1', '-C', join(modules, name)], { cwd: packed });
  }
  for (const name of await readdir(join(root, 'node_modules'))) {
    if (name.startsWith('.') || name === '@fanfold') continue;
    await symlink(join(root, 'node_modules', name), join(modules, name));
  }
}
