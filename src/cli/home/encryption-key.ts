import { InputError } from '../../contract/errors.js';
import type { World } from '../world.js';

/** The key or keys that history, stored texts and journal are encrypted with, as the user gave them; unset is not encrypted. */
export function encryptionKeyOf({ env }: Pick<World, 'env'>): string | undefined {
  return env['FANFOLD_ENCRYPTION_KEY'] || undefined;
}

/**
 * Whether the environment says that workers take what is not encrypted although there is a key.
 *
 * @throws InputError when FANFOLD_ACCEPT_PLAIN is neither `1` nor `0`
 */
export function acceptsPlain({ env }: Pick<World, 'env'>): boolean {
  const given = env['FANFOLD_ACCEPT_PLAIN'] || '0';
  if (given === '1' || given === '0') return given === '1';
  throw new InputError(`Expected FANFOLD_ACCEPT_PLAIN to be \`1\` or \`0\`, got ${JSON.stringify(given)}.`);
}
