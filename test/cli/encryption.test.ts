import { randomBytes } from 'node:crypto';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { chromium } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';

import { keyIds } from '../../src/payloads/index.js';
import { clusterAddress, freshNamespace } from '../support/cluster.js';
import { Desk } from '../support/fanfold.js';
import { pngOf } from '../support/images.js';
import { pdfOf } from '../support/pdf.js';

const [key, other] = [0, 1].map(() => randomBytes(32).toString('base64')) as [string, string];
const withKey = { FANFOLD_ENCRYPTION_KEY: key };
const marker = 'ZANZIBAR';

let desk: Desk;

beforeAll(async () => {
  desk = await Desk.open({ latencyMs: 0 }, 'gateway');
  await desk.serve({ env: withKey });
});

afterAll(() => desk.close());

/** Files of the home in which the word stands in clear. */
async function filesWith(word: string): Promise<string[]> {
  const entries = await readdir(desk.home, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile()).map(({ parentPath, name }) => join(parentPath, name));
  const found = await Promise.all(files.map(async (file) => (await readFile(file)).includes(word)));
  return files.filter((_, index) => found[index]);
}

describe('with a key', () => {
  it('leaves nothing of texts, answers, failures and labels in clear: in history, store, journal and logs', async () => {
    desk.model.script({
      match: /perspective: broken/,
      fault: { kind: 'status', status: 400, message: `${marker} is not allowed` },
    });
    const long = `The ${marker} clause ends the contract. `.repeat(9_000);
    const stored = await desk.fanfold(
      ['perspectives', '-', '--perspectives', `legal,broken`, '--id', 'sealed', '--json'],
      { stdin: `The ${marker} clause.`, env: withKey },
    );
    expect(stored.stdout).toContain(`${marker} is not allowed`);
    await writeFile(join(desk.directory, `${marker}.txt`), long);
    const wide = await desk.fanfold(['summarise', `${marker}.txt`, '--json'], { env: withKey });
    expect([wide.code, wide.stdout]).toEqual([0, expect.stringContaining(marker)]);
    await writeFile(join(desk.directory, 'page.html'), `<p>The ${marker} clause.</p>`);
    await writeFile(join(desk.directory, 'page.pdf'), pdfOf(`The ${marker} clause.`));
    const read = await desk.fanfold(['summarise', 'page.html', 'page.pdf', '--json'], { env: withKey });
    expect([read.code, read.stdout]).toEqual([0, expect.stringContaining(marker)]);
    const scan = Buffer.concat([pngOf(90, 60), Buffer.from(`The ${marker} clause.`)]);
    await writeFile(join(desk.directory, 'scan.png'), scan);
    const seen = await desk.fanfold(['summarise', 'scan.png', '--json'], { env: withKey });
    expect([seen.code, seen.stdout]).toEqual([0, expect.stringContaining('an image of 90 x 60 pixels')]);
    const failed = await desk.fanfold(
      ['perspectives', '-', '--perspectives', 'broken', '--id', 'broken', '--join', 'all'],
      { stdin: `The ${marker} clause.`, env: withKey },
    );
    expect(failed.code).toBe(4);
    expect(await filesWith(marker)).toEqual([]);
  });

  it('shows, watches and reports it as any other', async () => {
    for (const command of ['show', 'watch']) {
      expect((await desk.inProcess([command, 'sealed'], { env: withKey })).stdout).toContain(marker);
    }
  });
});

describe('without the key', () => {
  const keys = [
    ['none', '', 'no encryption key is given'],
    ['another', other, 'none of the keys given has its id'],
  ] as const;

  it.each(keys)('says so at once, with %s: nothing is waited for', async (_, given, message) => {
    const env = { FANFOLD_ENCRYPTION_KEY: given };
    for (const words of [
      ['show', 'sealed'],
      ['watch', 'sealed'],
      ['report', 'sealed'],
      ['resume', 'sealed'],
    ]) {
      const { code, stderr } = await desk.inProcess(words, { env });
      expect([words[0], code]).toEqual([words[0], 6]);
      expect(stderr).toContain(message);
    }
    expect((await desk.inProcess(['list'], { env })).stdout).toContain('sealed');
  });

  it.each(keys)('starts nothing at a worker that has a key, with %s', async (_, given) => {
    const env = { FANFOLD_ENCRYPTION_KEY: given };
    const { code, stderr } = await desk.fanfold(['perspectives', '-', '--id', 'none'], { stdin: 'Text.', env });
    expect(code).toBe(6);
    expect(stderr).toContain(`has the encryption keys ${keyIds(key)[0]}, and this command has`);
  });

  it('refuses a key that is none before anything is started', async () => {
    const env = { FANFOLD_ENCRYPTION_KEY: 'short' };
    const { code, stderr } = await desk.inProcess(['perspectives', '-', '--id', 'none'], { stdin: 'Text.', env });
    expect([code, stderr]).toEqual([2, expect.stringContaining('Expected `FANFOLD_ENCRYPTION_KEY` to be 32 bytes')]);
  });
});

it('says which worker of a cluster cannot read a run, and does not wait for ever', async () => {
  const address = await desk.serverAddress();
  const blind = await Desk.open();
  const seeing = await Desk.open();
  // Two homes, as two machines have, and one namespace of their own, so that no other worker is faster.
  const namespace = { TEMPORAL_ADDRESS: address, TEMPORAL_NAMESPACE: await freshNamespace(address) };
  try {
    await blind.serve({ env: { ...namespace, FANFOLD_ENCRYPTION_KEY: other } });
    const words = ['perspectives', '-', '--perspectives', 'legal', '--id', 'unread'];
    const { code, stderr } = await seeing.fanfold(words, { stdin: 'Text.', env: { ...namespace, ...withKey } });
    expect(code).toBe(6);
    expect(stderr).toMatch(/The worker fanfold@\S+ cannot read the run: /);
    expect(blind.model.total + seeing.model.total).toBe(0);
  } finally {
    await Promise.all([blind.close(), seeing.close()]);
  }
});

it('goes on after the key was replaced, with a run that was begun with the old one', async () => {
  const rotating = await Desk.open();
  try {
    const gate = rotating.model.hold();
    const words = ['perspectives', '-', '--perspectives', 'legal', '--id', 'rotated'];
    const begun = rotating.start(words, { stdin: 'Text.', env: { FANFOLD_ENCRYPTION_KEY: other } });
    await rotating.model.until(() => gate.waiting.length === 1);
    for (const pid of await rotating.present('worker')) process.kill(pid, 'SIGKILL');
    await begun.kill();
    gate.release();
    const env = { FANFOLD_ENCRYPTION_KEY: `new:${key},old:${other}` };
    const resumed = await rotating.json(['resume', 'rotated'], { env });
    expect(resumed.status).toBe('complete');
    const { code } = await rotating.fanfold(['show', 'rotated'], { env: { FANFOLD_ENCRYPTION_KEY: other } });
    expect(code).toBe(6);
  } finally {
    await rotating.close();
  }
});

it('takes up a run that began without a key where the worker is told to, and says how where it is not', async () => {
  const turning = await Desk.open();
  const endWorkers = async () => {
    for (const pid of await turning.present('worker')) process.kill(pid, 'SIGKILL');
  };
  try {
    const gate = turning.model.hold();
    const words = ['perspectives', '-', '--perspectives', 'legal', '--id', 'turned'];
    const begun = turning.start(words, { stdin: 'Text.' });
    await turning.model.until(() => gate.waiting.length === 1);
    await endWorkers();
    await begun.kill();
    gate.release();
    const refused = await turning.fanfold(['resume', 'turned'], { env: withKey });
    expect(refused.code).toBe(6);
    expect(refused.stderr).toMatch(/is not encrypted.*--accept-plain.*It is of the run turned/);
    await endWorkers();
    const resumed = await turning.json(['resume', 'turned'], { env: { ...withKey, FANFOLD_ACCEPT_PLAIN: '1' } });
    expect(resumed.status).toBe('complete');
    const shown = await turning.fanfold(['show', 'turned'], { env: withKey });
    expect(shown.code).toBe(0);
    const odd = await turning.fanfold(['worker'], { env: { ...withKey, FANFOLD_ACCEPT_PLAIN: 'yes' } });
    expect([odd.code, odd.stderr]).toEqual([2, expect.stringContaining('to be `1` or `0`, got "yes"')]);
  } finally {
    await turning.close();
  }
});

it('ends a run that somebody without the key starts, before anything is asked', async () => {
  const { Client, Connection } = await import('@temporalio/client');
  const connection = await Connection.connect({ address: await desk.serverAddress() });
  try {
    const client = new Client({ connection, namespace: desk.namespace ?? 'default' });
    const asked = desk.model.total;
    const handle = await client.workflow.start('perspectives', {
      workflowId: 'from-outside',
      taskQueue: 'fanfold',
      args: [{ document: { inline: 'Text.' }, perspectives: ['legal'] }],
    });
    await expect(handle.result()).rejects.toMatchObject({ cause: { type: 'PlainPayload' } });
    expect(desk.model.total).toBe(asked);
    const shown = await desk.inProcess(['show', 'from-outside'], { env: withKey });
    expect(shown.stdout + shown.stderr).toContain('is not encrypted');
  } finally {
    await connection.close();
  }
});

it.skipIf(clusterAddress !== undefined)(
  'shows an encrypted run in clear in the Web UI to whom the codec server serves, and to nobody else',
  async () => {
    const server = desk.start(['codec', '--port', '0', '--origin', (await desk.serverRecord()).uiAddress], {
      env: withKey,
    });
    await server.said(/Give the Web UI the URL in/);
    const endpoint = (await readFile(join(desk.home, 'codec-url'), 'utf8')).trim();
    const run = await desk.json(['show', 'sealed'], { env: withKey });
    const browser = await chromium.launch({ executablePath: inject('chromiumPath'), args: ['--no-sandbox'] });
    try {
      const page = await browser.newPage({ viewport: { width: 1_400, height: 1_200 } });
      await page.goto(run.webUi!);
      await page.getByText('sealed').first().waitFor();
      expect(await page.content()).not.toContain(marker);
      await page.getByTestId('data-encoder-status').first().click();
      await page.locator('#use-local-endpoint-radio').check({ force: true });
      await page.locator('dialog[open] textarea').fill(endpoint);
      await page.locator('dialog[open]').getByTestId('confirm-modal-button').click();
      await page.reload();
      await page.getByText('legal · claude-sonnet-5-5').first().waitFor();
      await page.goto(`${run.webUi!.replace(/\/timeline$/, '')}/history`);
      await page.getByText(marker).first().waitFor();
    } finally {
      await browser.close();
    }
    expect((await server.kill('SIGINT')).code).toBe(0);
  },
);
