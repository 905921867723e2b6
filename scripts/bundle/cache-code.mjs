// Keeps what V8 compiles of the bundled command while the commands that are used most run against a server that knows nothing.
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer as createApi } from 'node:http';
import { createServer } from 'node:http2';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { historyFromJSON } from '@temporalio/common/lib/proto-utils.js';
import proto from '@temporalio/proto';

import { bundleAt, codeAt, codeHead, runBundled, scriptOf } from '../../dist/src/cli/compiled.js';

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

/** Writes the compiled code of `main.cjs` in that folder to `path`, unless it has it already. */
export async function cacheCode(folder, path) {
  const main = join(folder, 'main.cjs');
  if (codeAt(path, bundleAt(main), process.version) !== undefined) return;
  await rm(path, { force: true });
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
  const child = fork(fileURLToPath(import.meta.url), [main, path], {
    env,
    stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
  });
  const alarm = setTimeout(() => child.kill('SIGKILL'), 60_000);
  await once(child, 'exit');
  clearTimeout(alarm);
  for (const server of servers) server.close();
  await rm(home, { recursive: true, force: true });
  // A command without it is slower, and otherwise the same.
  if (!existsSync(path)) process.stderr.write('The command is without compiled code: it could not be run for it.\n');
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

/** In a process of its own: runs the lines, each to its end. */
async function keepCode(main, path) {
  const bundle = bundleAt(main);
  const script = scriptOf(main, bundle);
  const words = process.argv.slice(0, 1);
  for (const line of lines) {
    process.argv = [...words, main, ...line];
    await new Promise((resolve) => {
      process.exit = resolve;
      runBundled(script.runInThisContext(), main);
    });
  }
  await writeFile(
    path,
    Buffer.concat([Buffer.from(codeHead(bundle, process.version), 'latin1'), script.createCachedData()]),
  );
  process.reallyExit(0);
}

if (process.send !== undefined && process.argv[1] === fileURLToPath(import.meta.url))
  await keepCode(...process.argv.slice(2));
