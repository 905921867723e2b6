import type { MessageCreateParamsNonStreaming } from '@anthropic-ai/sdk/resources/messages';
import { fetch } from 'undici';
import type { Dispatcher } from 'undici';

import { FanfoldError, UnavailableError } from '../../contract/errors.js';
import { gatewayIn } from '../../contract/gateway.js';
import { namedModel } from '../../contract/providers.js';
import { estimateTokens } from '../../model/index.js';
import { apiOfModel, needsOf } from '../../model/providers/api-of.js';
import type { ModelApi } from '../../model/providers/provider.js';
import { isCounted } from '../../model/providers/provider-table.js';
import { connectionsBy } from '../../network/connections.js';
import { shownAddress, withoutUser } from '../../secrets/index.js';

/** Longest wait for one count, in milliseconds. */
const timeoutMs = 30_000;

/**
 * Input tokens of a request as its model's provider counts them, which costs nothing; of one that counts none an estimate from above.
 *
 * @param given the API of the default provider
 * @throws UnavailableError when the API does not answer, refuses to count, or cannot be asked
 */
export async function countTokens(
  body: MessageCreateParamsNonStreaming,
  given: ModelApi,
  env: NodeJS.ProcessEnv,
): Promise<number> {
  const { provider, name } = namedModel(body.model);
  if (!isCounted(body.model)) return estimateTokens(body);
  // A gateway counts for its own provider alone, and knows who that is.
  const isAtGateway = gatewayIn(env) !== undefined;
  const api = isAtGateway ? given : apiOf(body.model, given, env);
  if (provider !== 'anthropic' && !isAtGateway) return countOfOther(body, api, env);
  return countOf({ ...body, model: name }, api, connectionsBy(env));
}

function apiOf(model: string, given: ModelApi, env: NodeJS.ProcessEnv): ModelApi {
  try {
    return apiOfModel(model, given, env);
  } catch (error) {
    if (!(error instanceof FanfoldError) || error.type !== 'NoApiKey') throw error;
    throw new UnavailableError(
      'NoApiKey',
      `\`${model}\` cannot be asked: it needs ${needsOf(namedModel(model).provider)}.`,
    );
  }
}

async function countOfOther(
  body: MessageCreateParamsNonStreaming,
  api: ModelApi,
  env: NodeJS.ProcessEnv,
): Promise<number> {
  const { ModelClients } = await import('../../model/call/client.js');
  const client = await new ModelClients(env).clientOf(api);
  const { messages } = client.whole;
  const { model, system, messages: asked, tools, tool_choice, output_config } = body;
  const counted = {
    model: client.ownName(model),
    messages: asked,
    ...defined({ system, tools, tool_choice, output_config }),
  };
  try {
    const answer = await messages.countTokens?.(counted, { timeout: timeoutMs });
    if (typeof answer?.input_tokens === 'number') return answer.input_tokens;
  } catch (error) {
    const { describeError } = await import('../../model/call/describe-error.js');
    throw new UnavailableError(
      'CannotCount',
      `${shownAddress(api.baseURL)} does not count tokens: ${describeError(error)}`,
      `Check ${needsOf(api.provider ?? 'anthropic')}, or estimate without it: --offline.`,
    );
  }
  throw new UnavailableError(
    'CannotCount',
    `${shownAddress(api.baseURL)} answers without a count.`,
    'Estimate: --offline.',
  );
}

function defined<Fields extends object>(fields: Fields): { [Name in keyof Fields]?: NonNullable<Fields[Name]> } {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as never;
}

async function countOf(
  { model, system, messages, tools, tool_choice, output_config }: MessageCreateParamsNonStreaming,
  { baseURL, apiKey }: ModelApi,
  dispatcher: Dispatcher,
): Promise<number> {
  const response = await fetch(`${withoutUser(baseURL)}/v1/messages/count_tokens`, {
    method: 'POST',
    headers: {
      authorization: `Bearer ${apiKey}`,
      'anthropic-version': '2026-10-21',
      'content-type': 'application/json',
    },
    body: JSON.stringify({ model, system, messages, tools, tool_choice, output_config }),
    redirect: 'manual',
    dispatcher,
    signal: AbortSignal.timeout(timeoutMs),
  }).catch((error: Error) => {
    const message = `${shownAddress(baseURL)} does not answer: ${reasonOf(error)}`;
    throw new UnavailableError('ModelApiUnreachable', message, advice);
  });
  const answer = (await response.json().catch(() => null)) as { input_tokens?: unknown } | null;
  if (response.ok && typeof answer?.input_tokens === 'number') return answer.input_tokens;
  throw new UnavailableError(
    'CannotCount',
    `${shownAddress(baseURL)} answers with ${response.status} when asked to count tokens.`,
    advice,
  );
}

const advice = 'Check ANTHROPIC_API_KEY and ANTHROPIC_BASE_URL, or estimate without the API: --offline.';

function reasonOf({ cause, message }: Error): string {
  return cause instanceof Error ? cause.message : message;
}
