import { spawn } from 'node:child_process';
import type { Socket } from 'node:net';

import { inject } from 'vitest';

import { freePort } from './free-port.js';

/** Settings of the embedded server that the workflows are written for. */
const dynamicConfig = [
  'matching.numTaskqueueReadPartitions=1',
  'matching.numTaskqueueWritePartitions=1',
  'frontend.WorkerCommandsEnabled=true',
  'system.enableCancelActivityWorkerCommand=true',
];

/** The flags of a server that has these settings, and more, as `name=value`. */
export function settingsOf(more: readonly string[] = []): string[] {
  return [...dynamicConfig, ...more].flatMap((setting) => ['--dynamic-config-value', setting]);
}

let shared: Promise<string> | undefined;

/**
 * Address of the one server in memory that the files of this process share, each in a namespace of its own: that takes a tenth of a start.
 * It ends with the process, however that ends.
 */
export function sharedTemporal(): Promise<string> {
  return (shared ??= begin());
}

async function begin(): Promise<string> {
  const port = String(await freePort());
  const words = ['server', 'start-dev', '--headless', '--log-level', 'never', '--port', port, ...settingsOf()];
  // The shell waits for the end of its input, which is that of this process, a kill of it too.
  const script = '"$@" & read -r _; kill $!';
  const server = spawn('sh', ['-c', script, 'sh', inject('temporalPath'), ...words], {
    stdio: ['pipe', 'ignore', 'ignore'],
  });
  server.unref();
  (server.stdin as Socket).unref();
  return `127.0.0.1:${port}`;
}
