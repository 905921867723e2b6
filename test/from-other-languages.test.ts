import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

import { Client, Connection } from '@temporalio/client';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';

import type { ListedRun } from '../src/client/index.js';
import { Desk, root } from './support/fanfold.js';
import { patienceMs } from './support/patience.js';

const run = promisify(execFile);

/** Python and Go are installed with what they need, which takes minutes: `scripts/test-languages` sets it. */
const all = process.env['FANFOLD_TEST_LANGUAGES'] === '1';

let desk: Desk;
let client: Client;
let env: NodeJS.ProcessEnv;
let folder: string;

beforeAll(async () => {
  desk = await Desk.open();
  folder = await mkdtemp(join(tmpdir(), 'fanfold-languages-'));
  await desk.serve();
  const { address } = await desk.serverRecord();
  client = new Client({ connection: await Connection.connect({ address }), namespace: desk.namespace ?? 'default' });
  env = { ...desk.env, TEMPORAL_ADDRESS: address };
});

afterAll(async () => {
  await client?.connection.close();
  await desk?.close();
  await rm(folder, { recursive: true, force: true });
});

/** The block of the page in that language that begins with a comment. */
async function block(language: string, comment: string): Promise<string> {
  const page = await readFile(join(root, 'docs', 'from-other-languages.md'), 'utf8');
  const blocks = [...page.matchAll(/^```(\w+)\n(.*?)^```$/gms)].map(([, of, text]) => ({ of, text: text ?? '' }));
  const found = blocks.find(({ of, text }) => of === language && text.startsWith(comment));
  if (found === undefined) throw new Error(`Expected a block of ${language} that begins with ${comment}.`);
  return found.text;
}

async function shell(comment: string): Promise<string> {
  const { stdout, stderr } = await run('sh', ['-c', await block('sh', comment)], { env, cwd: folder });
  return stdout + stderr;
}

/** The run as `fanfold list` has it. */
async function listed(workflowId: string): Promise<ListedRun | undefined> {
  const { stdout } = await desk.fanfold(['list', '--json']);
  return (JSON.parse(stdout) as ListedRun[]).find((each) => each.workflowId === workflowId);
}

/** Waits until the run is listed with everything that runs of the command are listed with. */
async function isListed(workflowId: string, status: string, branches: number): Promise<void> {
  const whole = { status, branches, costUsd: expect.any(Number), title: expect.any(String) };
  await vi.waitFor(async () => expect(await listed(workflowId)).toMatchObject(whole), {
    timeout: patienceMs,
    interval: 300,
  });
}

describe('docs/from-other-languages.md', () => {
  it('starts a run by the Temporal CLI, which is listed like all others', async () => {
    expect(await shell('# Start a run')).toContain('"legal"');
    await isListed('from-cli', 'complete', 2);
    const { stdout } = await desk.fanfold(['list', '--kind', 'perspectives', '--status', 'complete', '--json']);
    expect((JSON.parse(stdout) as ListedRun[]).map(({ workflowId }) => workflowId)).toContain('from-cli');
  });

  it('starts a run by a Schedule, which is listed like all others', async () => {
    await shell('# Summarise one document every night');
    const schedule = client.schedule.getHandle('nightly');
    await schedule.trigger();
    const workflowId = await vi.waitFor(
      async () => {
        const [action] = (await schedule.describe()).info.recentActions;
        if (action === undefined) throw new Error('Expected the Schedule to have started a run.');
        return action.action.workflow.workflowId;
      },
      { timeout: patienceMs, interval: 300 },
    );
    expect(await client.workflow.getHandle(workflowId).result()).toMatchObject({ status: 'complete' });
    await isListed(workflowId, 'complete', 1);
    await schedule.delete();
  });

  it('says what BadInput says', async () => {
    const failed = await shell('# A misspelt field').catch(({ stdout, stderr }) => `${stdout}${stderr}`);
    expect(failed.replaceAll(/\s+/g, ' ')).toContain('did you mean `document`?');
    const { stdout, code } = await desk.fanfold(['watch', 'from-cli-wrong', '--json']);
    expect(code).toBe(4);
    expect(JSON.parse(stdout)).toMatchObject({ status: 'failed', branches: [], costUsd: 0 });
  });

  it.runIf(all)('starts a run from Python', { timeout: 600_000 }, async ({ skip }) => {
    const python = join(folder, 'venv', 'bin', 'python');
    await run('python3', ['-m', 'venv', join(folder, 'venv')]).catch(() => skip('there is no python3 with venv'));
    const install = ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', 'temporalio==1.35.0'];
    await run(python, install).catch((error) => skip(`temporalio cannot be installed from PyPI: ${error.message}`));
    await writeFile(join(folder, 'main.py'), await block('python', '# pip install'));
    const { stdout } = await run(python, ['main.py'], { env, cwd: folder });
    expect(stdout).toMatch(/^complete \['legal', 'financial'\]\nBadInput Expected `dokument` .*\['dokument'\]\n$/);
    await isListed('from-python', 'complete', 2);
  });

  it.runIf(all)('starts a run from Go', { timeout: 600_000 }, async ({ skip }) => {
    const project = await mkdtemp(join(folder, 'go-'));
    const go = (...words: string[]) => run('go', words, { env: { ...env, GOFLAGS: '-mod=mod' }, cwd: project });
    await go('version').catch(() => skip('there is no go'));
    await writeFile(join(project, 'main.go'), await block('go', '// go mod init'));
    await go('mod', 'init', 'example');
    await go('get', 'go.temporal.io/sdk').catch((error) =>
      skip(`the module proxy cannot be reached: ${error.message}`),
    );
    const { stdout } = await go('run', '.');
    expect(stdout).toMatch(/^complete 2\nBadInput Expected `dokument` .*\n$/);
    await isListed('from-go', 'complete', 2);
  });
});
