import { inspect } from 'node:util';

import { usePrices } from '../model/own-prices.js';
import { Secrets } from '../secrets/index.js';
import { startTracing } from '../tracing/index.js';
import { line } from './show/terminal-text.js';
import { packageVersion } from './package-version.js';
import { serveHomeGateway } from './worker/serve-home-gateway.js';

// The process of a home's gateway, which workers and commands start in the background: home, settings, and calls to begin with.
// `scripts/bundle-cli.mjs` bundles it by itself: it has nothing of Temporal, and is there before the worker is.
const [home = '', settings = '', rampFrom = ''] = process.argv.slice(2);
const secrets = new Secrets(process.env);
const told = new AbortController();

function say(message: string): void {
  const { text } = line`${new Date().toISOString()} gateway ${String(process.pid)}: ${secrets.text(message)}\n`;
  process.stderr.write(text);
}

for (const signal of ['SIGTERM', 'SIGINT'] as const) {
  process.on(signal, () => {
    if (told.signal.aborted) process.exit(1);
    told.abort();
  });
}
process.on('uncaughtException', failed);

function failed(error: unknown): never {
  say(inspect(error));
  process.exit(1);
}

async function main(): Promise<void> {
  const tracing = await startTracing(process.env, packageVersion(), secrets);
  usePrices(process.env);
  await serveHomeGateway({
    home,
    settings,
    rampFrom: rampFrom === '' ? undefined : Number(rampFrom),
    env: process.env,
    cwd: process.cwd(),
    pid: process.pid,
    secrets,
    say,
    told: told.signal,
  });
  await tracing?.stop();
}

// Without `await`, which a bundle with compiled code cannot have outside functions.
void main().then(() => process.exit(), failed);
