import { createWriteStream } from 'node:fs';
import { arch, platform } from 'node:os';
import { join } from 'node:path';
import { Readable, Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { ReadableStream } from 'node:stream/web';

import { fetch } from 'undici';

import { connectionsBy } from '../network/connections.js';
import { cacheDirectory } from './cache-directory.js';
import { cacheCli, executableName } from './cli-cache.js';
import type { Say } from './membership.js';
import { runProgram } from './run-program.js';
import type { TemporalCli } from './temporal-cli.js';

/** Temporal's own downloads: https://docs.temporal.io/cli/setup-cli */
const downloadOrigin = 'https://temporal.download';

/** Longest silence, before and during the answer, in milliseconds: without a network the next source is tried. */
const silenceMs = 5_000;

const platforms: Record<string, string> = { linux: 'linux', darwin: 'darwin', win32: 'windows' };
const architectures: Record<string, string> = { x64: 'amd64', arm64: 'arm64' };

/**
 * Downloads the latest Temporal CLI into fanfold's cache.
 *
 * @throws Error with the reason when it cannot be had
 */
export async function downloadCli(env: NodeJS.ProcessEnv, say: Say, origin = downloadOrigin): Promise<TemporalCli> {
  const url = new URL('/cli/archive/latest', origin);
  const system = { platform: platforms[platform()], arch: architectures[arch()] };
  if (!system.platform || !system.arch) throw new Error(`there is no build for ${platform()} ${arch()}`);
  url.search = new URLSearchParams(system as Record<string, string>).toString();
  return cacheCli(env, async (directory) => {
    const archive = join(directory, 'archive');
    await download(url, archive, env, () => say(`downloading the Temporal CLI, once, to ${cacheDirectory(env)}.`));
    // Of BSD as of GNU, and on Windows: tar finds out by itself how the archive is compressed.
    await runProgram('tar', ['-xf', archive, '-C', directory], { env, timeoutMs: 60_000 });
    return join(directory, executableName);
  });
}

async function download(url: URL, path: string, env: NodeJS.ProcessEnv, onStart: () => void): Promise<void> {
  const silent = new AbortController();
  const watchdog = setTimeout(() => silent.abort(new Error(`no answer for ${silenceMs / 1_000} s`)), silenceMs);
  try {
    const answer = await fetch(url, { signal: silent.signal, dispatcher: connectionsBy(env) });
    if (!answer.ok || answer.body === null) throw new Error(`it answers ${answer.status}`);
    onStart();
    const heard = new Transform({
      transform: (chunk, _encoding, done) => {
        watchdog.refresh();
        done(null, chunk);
      },
    });
    await pipeline(Readable.fromWeb(answer.body as ReadableStream), heard, createWriteStream(path), {
      signal: silent.signal,
    });
  } catch (error) {
    throw new Error(`${url.origin}: ${reasonOf(silent.signal.aborted ? silent.signal.reason : error)}`, {
      cause: error,
    });
  } finally {
    clearTimeout(watchdog);
  }
}

function reasonOf({ message, cause }: Error): string {
  // fetch itself only ever says "fetch failed".
  return cause instanceof Error ? cause.message : message;
}
