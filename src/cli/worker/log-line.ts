import { InputError } from '../../contract/errors.js';
import { installRuntime } from '../../worker/index.js';
import { parseChoice } from '../read/numbers.js';
import type { Say } from '../home/session.js';
import { json, line } from '../show/terminal-text.js';
import type { World } from '../world.js';

const levels = ['TRACE', 'DEBUG', 'INFO', 'WARN', 'ERROR'] as const;
const formats = ['text', 'json'] as const;

/** One line for people, or one JSON object for programs: time, level and message first, then what belongs to it. */
type WriteEntry = (entry: { at: Date; level: string; message: string; fields?: object | undefined }) => void;

/**
 * Sends the worker's own log, warnings and worse unless FANFOLD_LOG says otherwise, to standard error, as FANFOLD_LOG_FORMAT says,
 * and opens its metrics to Prometheus at FANFOLD_METRICS.
 *
 * @returns says something in the same format
 * @throws InputError when one of them is none of the possible values
 */
export function installLogging(world: World, quiet: boolean | undefined): Say {
  const level = parseChoice((world.env['FANFOLD_LOG'] || 'warn').toUpperCase(), 'FANFOLD_LOG', levels);
  const format = parseChoice(world.env['FANFOLD_LOG_FORMAT'] || 'text', 'FANFOLD_LOG_FORMAT', formats);
  const write = format === 'json' ? jsonWriter(world) : textWriter(world);
  installRuntime(
    level,
    ({ level: severity, message, meta, timestampNanos }) => {
      write({ at: new Date(Number(timestampNanos / 1_000_000n)), level: severity, message, fields: meta });
    },
    metricsAddressOf(world),
  );
  if (quiet) return () => {};
  if (format === 'text') return (message) => world.stderr.write(line`fanfold: ${message}\n`);
  return (message) => write({ at: new Date(), level: 'INFO', message });
}

function textWriter({ stderr }: World): WriteEntry {
  return ({ at, level, message, fields }) =>
    stderr.write(
      line`${at.toISOString()} ${level} ${message}${fields === undefined ? '' : ` ${JSON.stringify(plain(fields))}`}\n`,
    );
}

function jsonWriter({ stderr }: World): WriteEntry {
  return ({ at, level, message, fields }) =>
    stderr.write(json(plain({ time: at.toISOString(), level: level.toLowerCase(), message, ...fields })));
}

/** Errors and large numbers as JSON has them. */
function plain(fields: object): unknown {
  const text = JSON.stringify(fields, (_, value: unknown) => {
    if (value instanceof Error) return { type: value.name, message: value.message, stack: value.stack };
    return typeof value === 'bigint' ? String(value) : value;
  });
  return JSON.parse(text);
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
