#!/usr/bin/env node
import { once } from 'node:events';
import { parseArgs } from 'node:util';
import { OfflineModelError } from './errors.js';
import { startOfflineModel } from './offline-model.js';

const usage = `Usage: offline-model [options]

an HTTP server that speaks the Messages API, until Ctrl-C

Options:
  --port <n>  port on 127.0.0.1; 0 for a free one (default: "0")
  -h, --help  display help for command
`;

/** The port of the command line; undefined when help is asked for. */
function readPort(): number | undefined {
  const { values } = parseArgs({
    options: { port: { type: 'string', default: '0' }, help: { type: 'boolean', short: 'h', default: false } },
  });
  if (values.help) return undefined;
  const port = Number(values.port);
  if (/^\d+$/.test(values.port) && port <= 65_535) return port;
  throw new TypeError(`--port: expected a whole number from 0 to 65535, got ${JSON.stringify(values.port)}.`);
}

async function serve(port: number): Promise<void> {
  const model = await startOfflineModel({ port });
  process.stdout.write(`${model.url}\n`);
  process.stderr.write(`the offline model listens at ${model.url}; set ANTHROPIC_BASE_URL to it.\n`);
  await Promise.race([once(process, 'SIGINT'), once(process, 'SIGTERM')]);
  await model.stop();
}

try {
  const port = readPort();
  if (port === undefined) process.stdout.write(usage);
  else await serve(port);
} catch (cause) {
  const { message } = cause as Error;
  const advice = cause instanceof OfflineModelError ? cause.advice : undefined;
  process.stderr.write(`offline-model: ${message}\n${advice === undefined ? '' : `${advice}\n`}`);
  process.exitCode = cause instanceof OfflineModelError ? 1 : 2;
}
