import { fetch } from 'undici';

import { UnavailableError } from '../../contract/errors.js';
import { connectionsBy } from '../../network/connections.js';
import { withoutUser } from '../../secrets/index.js';
import { gatewayIn } from '../../contract/gateway.js';
import { namedModel } from '../../contract/providers.js';
import { modelApiOf } from './api-key.js';
import { checkProviders } from './check-providers.js';
import { probeModelApi } from './probe-model-api.js';
import type { World } from '../world.js';

/** Longest wait for what the API says of a model, in milliseconds; a run is not held up for longer. */
const timeoutMs = 5_000;

/**
 * Asks the model API whether it takes the key and knows the models, before a run of many calls begins. Both questions cost nothing. An
 * API that is slow, or does not list models, is left to the run.
 *
 * @throws UnavailableError `KeyRefused`, `ModelApiUnreachable`, `UnknownModel`, `NoApiKey` or `ProviderNotInstalled`
 */
export async function checkModelApi(models: readonly string[], world: World): Promise<void> {
  const known = modelApiOf(world);
  if (known === undefined) return;
  const others = models.filter((model) => namedModel(model).provider !== 'anthropic');
  if (others.length > 0 && gatewayIn(world.env) === undefined) await checkProviders(others, known, world.env);
  // Other providers tell nothing of keys and models for free.
  if ((known.provider ?? 'anthropic') !== 'anthropic' || (others.length > 0 && others.length === models.length)) return;
  const own = models.filter((model) => !others.includes(model));
  const api: Api = { ...known, env: world.env };
  const unknown = Promise.all(own.map(async (model) => ((await isUnknown(model, api)) ? [model] : [])));
  await probeModelApi(api.baseURL, api.apiKey, world.env).catch((error: unknown) => {
    if (isCertain(error)) throw error;
  });
  const names = (await unknown).flat();
  if (names.length === 0) return;
  const listed = await listedModels(api);
  // A gateway may serve models without listing any.
  if (listed.length === 0) return;
  throw new UnavailableError(
    'UnknownModel',
    `Expected \`--model\` to be one that the model API knows, got ${names.map((name) => `\`${name}\``).join(', ')}.`,
    `It has ${listed.slice(0, mostNamed).join(', ')}${listed.length > mostNamed ? ` and ${listed.length - mostNamed} more` : ''}.`,
  );
}

/** Most models that an error names. */
const mostNamed = 12;

/** Whether no call can succeed: an API that is slow, or forbids this question alone, may answer others. */
function isCertain(error: unknown): boolean {
  if (!(error instanceof UnavailableError)) return false;
  if (error.type === 'KeyRefused') return error.message.includes('(401)');
  // A server that hangs up may do so over this question alone.
  return error.type === 'ModelApiUnreachable' && !/time|abort|reset|closed/i.test(error.message);
}

interface Api {
  baseURL: string;
  apiKey: string;
  /** Where its proxy is. */
  env: NodeJS.ProcessEnv;
}

async function isUnknown(model: string, api: Api): Promise<boolean> {
  const { status, body } = await ask(`/v1/models/${encodeURIComponent(model)}`, api);
  return status === 404 && (body as { error?: { type?: unknown } } | undefined)?.error?.type === 'not_found_error';
}

async function listedModels(api: Api): Promise<string[]> {
  const { body } = await ask('/v1/models?limit=100', api);
  const { data } = (body ?? {}) as { data?: unknown };
  const ids = Array.isArray(data) ? data.map((each: { id?: unknown } | null) => each?.id) : [];
  return ids.filter((id): id is string => typeof id === 'string');
}

async function ask(path: string, { baseURL, apiKey, env }: Api): Promise<{ status: number; body?: unknown }> {
  try {
    const response = await fetch(`${withoutUser(baseURL)}${path}`, {
      headers: { authorization: `Bearer ${apiKey}`, 'anthropic-version': '2026-10-21' },
      redirect: 'manual',
      dispatcher: connectionsBy(env),
      signal: AbortSignal.timeout(timeoutMs),
    });
    return { status: response.status, body: await response.json() };
  } catch {
    return { status: 0 };
  }
}
