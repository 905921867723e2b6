import { InputError } from '../contract/errors.js';
import { installRuntime } from '../worker/index.js';
import type { World } from './world.js';

/**
 * Sends the worker's own log, warnings and worse unless FANFOLD_LOG says otherwise, to standard error, and opens its metrics to
 * Prometheus at FANFOLD_METRICS.
 *
 * @throws InputError when FANFOLD_METRICS is no address
 */
export function installLogging(world: World): void {
  const level = (world.env['FANFOLD_LOG'] ?? 'WARN').toUpperCase();
  const known = ['TRACE', 'DEBUG', 'INFO', 'WARN', 'ERROR'] as const;
  installRuntime(
    known.find((name) => name === level) ?? 'WARN',
    ({ level: severity, message, meta, timestampNanos }) => {
      const at = new Date(Number(timestampNanos / 1_000_000n)).toISOString();
      world.stderr.write(`${at} ${severity} ${message}${meta === undefined ? '' : ` ${JSON.stringify(meta)}`}\n`);
    },
    metricsAddressOf(world),
  );
}

/** Host and port of FANFOLD_METRICS; `undefined` where it is not set. */
export function metricsAddressOf({ env }: Pick<World, 'env'>): string | undefined {
  const address = env['FANFOLD_METRICS'];
  if (!address) return undefined;
  const [, port = ''] = /^(?:\d{1,3}(?:\.\d{1,3}){3}|\[[0-9a-fA-F:]+\]):(\d{1,5})$/.exec(address) ?? [];
  if (port === '' || Number(port) > 65_535) {
    throw new InputError(
      `Expected FANFOLD_METRICS to be an IP address and a port such as 127.0.0.1:9464, got \`${address}\`.`,
    );
  }
  return address;
}
