// Keeps what V8 compiles of the bundled programs while they start: the command and the worker at a server that knows nothing.
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer as createApi } from 'node:http';
import { createServer } from 'node:http2';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { Worker, workerData } from 'node:worker_threads';

import { historyFromJSON } from '@temporalio/common/lib/proto-utils.js';
import proto from '@temporalio/proto';

import { bundleAt, codeAt, codeFiles, codeHead, runBundled, scriptOf } from '../../dist/src/cli/compiled.js';

/** What is run: starting, reading words, connecting and printing are the same in every command. */
const lines = [
  ['list'],
  ['list', '--json'],
  ['show', 'a-run'],
  ['watch', 'a-run', '--json'],
  ['summarise', '-', '--dry-run', '--offline', '--json'],
  ['perspectives', '-', '--dry-run', '--offline'],
  ['doctor'],
];

/** Longest wait for a program to have started, in milliseconds: what it has compiled by then is kept. */
const startedWithinMs = 20_000;

/** Writes the compiled code of each program in `folder` into `dist`, but for those that have it already. */
export async function cacheCode(folder, dist) {
  const missing = Object.entries(codeFiles).filter(([name, file]) => {
    return codeAt(join(dist, file), bundleAt(join(folder, `${name}.cjs`)), process.version) === undefined;
  });
  if (missing.length === 0) return;
  const home = await mkdtemp(join(tmpdir(), 'fanfold-code-'));
  const servers = [emptyServer(await historyMessage()), createApi((_, answer) => answer.end('{}'))];
  for (const server of servers) await once(server.listen(0, '127.0.0.1'), 'listening');
  const [temporal, api] = servers.map((server) => `127.0.0.1:${server.address().port}`);
  const env = {
    PATH: process.env.PATH,
    HOME: home,
    FANFOLD_CONFIG: join(home, 'own'),
    FANFOLD_HOME: join(home, 'home'),
    TEMPORAL_ADDRESS: temporal,
    ANTHROPIC_API_KEY: 'none',
    ANTHROPIC_BASE_URL: `http://${api}`,
  };
  for (const [name, file] of missing) {
    const path = join(dist, file);
    await rm(path, { force: true });
    const words = [name, join(folder, `${name}.cjs`), path];
    const child = fork(fileURLToPath(import.meta.url), words, { env, stdio: ['ignore', 'ignore', 'ignore', 'ipc'] });
    const alarm = setTimeout(() => child.kill('SIGKILL'), 60_000);
    await once(child, 'exit');
    clearTimeout(alarm);
    // A program without it is slower, and otherwise the same.
    if (!existsSync(path)) process.stderr.write(`${name}.cjs is without compiled code: it could not be run for it.\n`);
  }
  for (const server of servers) server.close();
  await rm(home, { recursive: true, force: true });
}

/** A run, so that what reads histories is compiled too; nothing where the tests are not there. */
async function historyMessage() {
  const text = await readFile(new URL('../../test/histories/0.1.0/complete.json', import.meta.url), 'utf8').catch(
    () => '',
  );
  if (text === '') return Buffer.alloc(0);
  const { GetWorkflowExecutionHistoryResponse: Response } = proto.temporal.api.workflowservice.v1;
  return Response.encode({ history: historyFromJSON(JSON.parse(text)) }).finish();
}

/** Answers every call of gRPC with a message that has nothing in it, but for that one. */
function emptyServer(history) {
  return createServer().on('stream', (stream, headers) => {
    stream.on('error', () => {});
    stream.respond({ ':status': 200, 'content-type': 'application/grpc' }, { waitForTrailers: true });
    stream.on('wantTrailers', () => stream.sendTrailers({ 'grpc-status': '0' }));
    const message = headers[':path'].endsWith('/GetWorkflowExecutionHistory') ? history : Buffer.alloc(0);
    const head = Buffer.alloc(5);
    head.writeUInt32BE(message.length, 1);
    stream.resume().on('end', () => stream.end(Buffer.concat([head, message])));
  });
}

/** By program: starts it in this process, and resolves when it has started. */
const starts = {
  main: async (run, main) => {
    const words = process.argv.slice(0, 1);
    for (const line of lines) {
      process.argv = [...words, main, ...line];
      await new Promise((resolve) => {
        process.exit = resolve;
        run();
      });
    }
  },
  worker: async (run, main) => {
    process.argv = [process.argv[0], main, 'worker', '--no-gateway'];
    const write = process.stderr.write.bind(process.stderr);
    await new Promise((resolve) => {
      process.exit = resolve;
      process.stderr.write = (text, ...rest) => {
        if (/ serves fanfold/.test(text)) resolve();
        return write(text, ...rest);
      };
      run();
    });
  },
  gateway: async (run, main) => {
    const home = process.env.FANFOLD_HOME;
    await mkdir(home, { recursive: true, mode: 0o700 });
    const settings = 'c0de';
    process.argv = [process.argv[0], main, home, settings];
    run();
    while (!existsSync(join(home, 'gateway', `${settings}.json`))) await sleep(20);
  },
  thread: async (run) => run(),
};

/** In a process of its own, or a thread: starts the program, and writes down what V8 has compiled of it. */
async function keepCode(name, path, codePath) {
  const bundle = bundleAt(path);
  const script = scriptOf(path, bundle);
  const run = () => runBundled(script.runInThisContext(), path);
  await Promise.race([starts[name](run, path), sleep(startedWithinMs)]);
  const head = Buffer.from(codeHead(bundle, process.version), 'latin1');
  await writeFile(codePath, Buffer.concat([head, script.createCachedData()]));
}

const [, , ...given] = process.argv;
if (workerData?.keeps !== undefined) {
  await keepCode(...workerData.keeps);
  process.exit();
} else if (process.send !== undefined && process.argv[1] === fileURLToPath(import.meta.url)) {
  // Temporal's thread is none but in a thread.
  if (given[0] === 'thread') await once(new Worker(new URL(import.meta.url), { workerData: { keeps: given } }), 'exit');
  else await keepCode(...given);
  process.reallyExit(0);
}
