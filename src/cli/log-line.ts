import { installRuntime } from '../worker/index.js';
import type { World } from './world.js';

/** Sends the worker's own log, warnings and worse unless FANFOLD_LOG says otherwise, to standard error. */
export function installLogging(world: World): void {
  const level = (world.env['FANFOLD_LOG'] ?? 'WARN').toUpperCase();
  const known = ['TRACE', 'DEBUG', 'INFO', 'WARN', 'ERROR'] as const;
  installRuntime(
    known.find((name) => name === level) ?? 'WARN',
    ({ level: severity, message, meta, timestampNanos }) => {
      const at = new Date(Number(timestampNanos / 1_000_000n)).toISOString();
      world.stderr.write(`${at} ${severity} ${message}${meta === undefined ? '' : ` ${JSON.stringify(meta)}`}\n`);
    },
  );
}
