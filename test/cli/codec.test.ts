import { randomBytes } from 'node:crypto';
import { access, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';

import { afterAll, beforeAll, expect, it } from 'vitest';

import type { runProgram as RunProgram } from '../../src/cli/program.js';
import { Desk, root } from '../support/fanfold.js';
import type { TerminalText } from '../../src/cli/show/terminal-text.js';

const key = randomBytes(32).toString('base64');
const known = 'made-up-codec-token-1';

let desk: Desk;

beforeAll(async () => {
  desk = await Desk.open();
});

afterAll(() => desk.close());

/** What the codec server says to somebody who asks with an address. */
async function status(address: string): Promise<number> {
  const answer = await fetch(`${address}/decode`, { method: 'POST', body: '{"payloads":[]}' });
  return answer.status;
}

it('keeps the token that it makes up out of its output: it is in a file for its user alone, while it serves', async () => {
  const server = desk.start(['codec', '--port', '0'], { env: { FANFOLD_ENCRYPTION_KEY: key } });
  const [, path = ''] = await server.said(/Give the Web UI the URL in (.+) as its codec server endpoint/);
  const [address] = await server.said(/http:\/\/127\.0\.0\.1:\d+/);
  const url = (await readFile(path, 'utf8')).trim();
  expect(path).toBe(join(desk.home, 'codec-url'));
  expect((await stat(path)).mode & 0o777).toBe(0o600);
  expect([await status(address), await status(url)]).toEqual([401, 200]);
  const { code, stdout, stderr } = await server.kill('SIGTERM');
  expect(code).toBe(0);
  expect(stdout + stderr).not.toContain(url.split('/').at(-1));
  await expect(access(path)).rejects.toThrow('ENOENT');
});

it('keeps a token that it is given out of its output', async () => {
  const env = { FANFOLD_ENCRYPTION_KEY: key, FANFOLD_CODEC_TOKEN: known };
  const server = desk.start(['codec', '--port', '0'], { env });
  await server.said(/a slash and FANFOLD_CODEC_TOKEN/);
  const [address] = await server.said(/http:\/\/127\.0\.0\.1:\d+/);
  expect([await status(address), await status(`${address}/${known}`)]).toEqual([401, 200]);
  const { stdout, stderr } = await server.kill('SIGTERM');
  expect(stdout + stderr).not.toContain(known);
});

it('shows the whole URL on a terminal, and nowhere else', async () => {
  const { runProgram } = (await import(join(root, 'dist/src/cli/program.js'))) as { runProgram: typeof RunProgram };
  const said = { stdout: '', stderr: '' };
  const screen = (name: keyof typeof said) => ({
    write: ({ text }: TerminalText) => {
      said[name] += text;
    },
    redirect: () => () => {},
    stream: process.stderr,
    isTerminal: true,
    columns: 80,
    rows: 24,
    colour: false,
  });
  const code = await runProgram(['codec', '--port', '0'], {
    env: { ...desk.env, FANFOLD_ENCRYPTION_KEY: key, FANFOLD_CODEC_TOKEN: known },
    cwd: desk.directory,
    entry: join(root, 'dist/src/cli/main.js'),
    nodePath: process.execPath,
    nodeVersion: process.versions.node,
    pid: process.pid,
    stdin: Readable.from([]),
    stdout: screen('stdout'),
    stderr: screen('stderr'),
    onInterrupt: (listener) => {
      setImmediate(listener);
      return () => {};
    },
  });
  expect(code).toBe(0);
  expect(said.stdout).toMatch(new RegExp(`^http://127\\.0\\.0\\.1:\\d+/${known}\n$`));
  expect(said.stderr).not.toContain(known);
});
