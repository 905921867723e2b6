import { invalidRequest } from '../http/api-failure.js';
import { isObject } from '../http/read-body.js';

type Kind = 'string' | 'object' | 'array' | 'boolean' | 'strings' | 'prompt' | 'max-tokens' | 'any';

interface Field {
  kind: Kind;
  required?: true;
}

export type Fields = Readonly<Record<string, Field>>;

export const countFields: Fields = {
  model: { kind: 'string', required: true },
  messages: { kind: 'array', required: true },
  system: { kind: 'prompt' },
  tools: { kind: 'array' },
  tool_choice: { kind: 'object' },
  thinking: { kind: 'object' },
  output_config: { kind: 'object' },
  cache_control: { kind: 'any' },
  speed: { kind: 'any' },
  user_profile_id: { kind: 'string' },
  workspace_id: { kind: 'string' },
};

/** The fields of SDK 1.12. `temperature`, `top_p` and `top_k` are not among them. */
export const messageFields: Fields = {
  ...countFields,
  max_tokens: { kind: 'max-tokens', required: true },
  stream: { kind: 'boolean' },
  stop_sequences: { kind: 'strings' },
  metadata: { kind: 'object' },
  container: { kind: 'any' },
  diagnostics: { kind: 'any' },
  inference_geo: { kind: 'any' },
  service_tier: { kind: 'string' },
};

const tests: Record<Kind, { passes: (value: unknown) => boolean; message: string }> = {
  string: { passes: (value) => typeof value === 'string' && value !== '', message: 'Input should be a valid string' },
  object: { passes: isObject, message: 'Input should be a valid dictionary' },
  array: { passes: Array.isArray, message: 'Input should be a valid list' },
  boolean: { passes: (value) => typeof value === 'boolean', message: 'Input should be a valid boolean' },
  strings: {
    passes: (value) => Array.isArray(value) && value.every((each) => typeof each === 'string' && each.trim() !== ''),
    message: 'each stop sequence must contain non-whitespace',
  },
  prompt: {
    passes: (value) => typeof value === 'string' || Array.isArray(value),
    message: 'Input should be a string or a list of text blocks',
  },
  'max-tokens': {
    passes: (value) => Number.isSafeInteger(value) && (value as number) >= 0,
    message: 'Input should be a whole number, 1 or more (0 warms the cache)',
  },
  any: { passes: () => true, message: '' },
};

/** @throws ApiFailure 400 naming the first field that is missing, unknown or of the wrong type */
export function checkFields(body: Record<string, unknown>, fields: Fields): void {
  for (const [name, { kind, required }] of Object.entries(fields)) {
    const value = body[name];
    // As the SDK's types allow: what may be left out may be null.
    if (value === undefined || (value === null && !required)) {
      if (required) throw invalidRequest(`${name}: Field required`);
    } else if (!tests[kind].passes(value)) throw invalidRequest(`${name}: ${tests[kind].message}`);
  }
  const unknown = Object.keys(body).find((name) => !Object.hasOwn(fields, name));
  if (unknown !== undefined) throw invalidRequest(`${unknown}: Extra inputs are not permitted`);
}
