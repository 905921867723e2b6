import { fullName } from '../../contract/providers.js';
import { defaultProvider } from '../../model/providers/api-of.js';
import type { LayerQuestion } from '../../model/layer/index.js';
import type { GatewaySettings } from './settings.js';

/** The name of a model that a client asks for, with the gateway's provider where it names none. */
export function fullNameBy({ env }: Pick<GatewaySettings, 'env'>, offline: boolean, model: string): string {
  return offline ? model : fullName(model, defaultProvider(env));
}

/** A worker's question with the full name of its model. */
export function namedBy(settings: Pick<GatewaySettings, 'env'>, question: LayerQuestion): LayerQuestion {
  const { body, offline } = question;
  const model = fullNameBy(settings, offline, body.model);
  return model === body.model ? question : { ...question, body: { ...body, model } };
}
