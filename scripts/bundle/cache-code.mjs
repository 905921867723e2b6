// Keeps what V8 compiles of the bundled command while the commands that are used most run against a server that knows nothing.
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http2';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { bundleAt, codeAt, codeHead, runBundled, scriptOf } from '../../dist/src/cli/compiled.js';

/** What is run: starting, reading words, connecting and printing are the same in every command. */
const lines = [
  ['list'],
  ['list', '--json'],
  ['show', 'no-such-run'],
  ['summarise', '-', '--dry-run', '--offline', '--json'],
  ['perspectives', '-', '--dry-run', '--offline'],
];

/** Writes the compiled code of `main.cjs` in that folder to `path`, unless it has it already. */
export async function cacheCode(folder, path) {
  const main = join(folder, 'main.cjs');
  if (codeAt(path, bundleAt(main), process.version) !== undefined) return;
  await rm(path, { force: true });
  const home = await mkdtemp(join(tmpdir(), 'fanfold-code-'));
  const server = emptyServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const env = {
    PATH: process.env.PATH,
    HOME: home,
    FANFOLD_CONFIG: join(home, 'own'),
    FANFOLD_HOME: join(home, 'home'),
    TEMPORAL_ADDRESS: `127.0.0.1:${server.address().port}`,
  };
  const child = fork(fileURLToPath(import.meta.url), [main, path], {
    env,
    stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
  });
  const alarm = setTimeout(() => child.kill('SIGKILL'), 60_000);
  await once(child, 'exit');
  clearTimeout(alarm);
  server.close();
  await rm(home, { recursive: true, force: true });
  // A command without it is slower, and otherwise the same.
  if (!existsSync(path)) process.stderr.write('The command is without compiled code: it could not be run for it.\n');
}

/** Answers every call of gRPC with a message that has nothing in it. */
function emptyServer() {
  return createServer().on('stream', (stream) => {
    stream.on('error', () => {});
    stream.respond({ ':status': 200, 'content-type': 'application/grpc' }, { waitForTrailers: true });
    stream.on('wantTrailers', () => stream.sendTrailers({ 'grpc-status': '0' }));
    stream.resume().on('end', () => stream.end(Buffer.alloc(5)));
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
