import { UnavailableError } from '../../contract/errors.js';
import type { World } from '../world.js';

/** The key of the model API; `undefined` where there is none. */
export function apiKeyOf(world: Pick<World, 'env'>): string | undefined {
  return world.env['ANTHROPIC_API_KEY']?.trim() || undefined;
}

export function baseUrlOf(world: Pick<World, 'env'>): string {
  return (world.env['ANTHROPIC_BASE_URL'] || 'https://api.anthropic.com').replace(/\/+$/, '');
}

export function noApiKey(): UnavailableError {
  return new UnavailableError(
    'NoApiKey',
    'ANTHROPIC_API_KEY is not set, so the model API cannot be asked.',
    'Set it, or try fanfold without one: --offline asks a model on this machine that only extracts sentences.',
  );
}
