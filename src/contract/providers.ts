/** Who answers: Anthropic itself, clouds that serve Claude, and others that speak OpenAI's chat completions. */
export const providers = ['anthropic', 'bedrock', 'vertex', 'foundry', 'openai', 'openai-compatible'] as const;
/** Who answers a model call. */
export type Provider = (typeof providers)[number];

/** A model, and who is asked for it. */
export interface NamedModel {
  provider: Provider;
  /** As a person names it: a plain name such as `claude-sonnet-5-5`, or the provider's own. */
  name: string;
}

export function isProvider(text: string): text is Provider {
  return (providers as readonly string[]).includes(text);
}

/** The provider that a model's name begins with, as in `bedrock:claude-sonnet-5-5`; `undefined` where it names none. */
export function providerIn(model: string): Provider | undefined {
  const [prefix = '', rest] = model.split(':', 2);
  return rest !== undefined && isProvider(prefix) ? prefix : undefined;
}

/** Takes a model's name apart. One without a provider is Anthropic's: defaults have been filled in by {@link fullName}. */
export function namedModel(model: string): NamedModel {
  const provider = providerIn(model);
  return provider === undefined
    ? { provider: 'anthropic', name: model }
    : { provider, name: model.slice(provider.length + 1) };
}

/** Whether a value can be a model's id. A provider alone names no model. */
export function isModelId(value: unknown): value is string {
  return typeof value === 'string' && /^[\w.:@/-]{1,128}$/.test(value) && namedModel(value).name !== '';
}

/**
 * A model's name that says who is asked. Names of Anthropic's models stay plain where Anthropic is the default, so that questions to
 * it are what they always were.
 *
 * @param byDefault who is asked for a name without a provider
 */
export function fullName(model: string, byDefault: Provider): string {
  const provider = providerIn(model);
  if (provider === undefined) return byDefault === 'anthropic' ? model : `${byDefault}:${model}`;
  return provider === 'anthropic' && byDefault === 'anthropic' ? namedModel(model).name : model;
}
