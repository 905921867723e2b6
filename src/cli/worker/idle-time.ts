import { parseDuration } from '../../contract/duration.js';
import type { World } from '../world.js';

/** Milliseconds that worker and server of a home stay up after the last command, where FANFOLD_IDLE says nothing. */
const defaultIdleMs = 600_000;

/**
 * How long a background worker, and with it the home's server, stays up when nothing needs it, in milliseconds.
 *
 * @throws InputError when FANFOLD_IDLE is neither `0` nor a duration
 */
export function idleTime({ env }: Pick<World, 'env'>): number {
  const given = env['FANFOLD_IDLE']?.trim();
  if (given === undefined || given === '') return defaultIdleMs;
  return given === '0' ? 0 : parseDuration(given, 'FANFOLD_IDLE');
}
