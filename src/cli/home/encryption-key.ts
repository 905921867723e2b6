import type { World } from '../world.js';

/** The key or keys that history, stored texts and journal are encrypted with, as the user gave them; unset is not encrypted. */
export function encryptionKeyOf({ env }: Pick<World, 'env'>): string | undefined {
  return env['FANFOLD_ENCRYPTION_KEY'] || undefined;
}
