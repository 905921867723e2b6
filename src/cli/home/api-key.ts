import { UnavailableError } from '../../contract/errors.js';

export { apiKeyOf, modelApiOf, shownBaseUrl } from '../../worker/model-api.js';

export function noApiKey(): UnavailableError {
  return new UnavailableError(
    'NoApiKey',
    'ANTHROPIC_API_KEY is not set, so the model API cannot be asked.',
    'Set it, or try fanfold without one: --offline asks a model on this machine that only extracts sentences.',
  );
}
