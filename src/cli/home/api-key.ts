import { UnavailableError } from '../../contract/errors.js';
import { defaultProvider, needsOf } from '../../model/providers/api-of.js';
import { providerRow } from '../../model/providers/provider-table.js';
import type { World } from '../world.js';

export { apiKeyOf, modelApiOf, shownBaseUrl } from '../../worker/model-api.js';

/** Says what has to be set for the default provider to be asked. */
export function noApiKey({ env }: Pick<World, 'env'>): UnavailableError {
  const provider = defaultProvider(env);
  const title = providerRow(provider)?.title;
  return new UnavailableError(
    'NoApiKey',
    title === undefined
      ? 'ANTHROPIC_API_KEY is not set, so the model API cannot be asked.'
      : `${title} cannot be asked: it needs ${needsOf(provider)}.`,
    'Set it. A run that is begun with --offline needs none: it asks a model on this machine that only extracts sentences.',
  );
}
