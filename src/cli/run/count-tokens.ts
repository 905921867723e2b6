import type { MessageCreateParamsNonStreaming } from '@anthropic-ai/sdk/resources/messages';
import { fetch } from 'undici';
import type { Dispatcher } from 'undici';

import { UnavailableError } from '../../contract/errors.js';
import { shownAddress, withoutUser } from '../../secrets/index.js';

/** Longest wait for one count, in milliseconds. */
const timeoutMs = 30_000;

/**
 * Input tokens of a request as the API itself counts them; asking costs nothing.
 *
 * @throws UnavailableError when the API does not answer, or refuses to count
 */
export async function countTokens(
  { model, system, messages, tools, tool_choice, output_config }: MessageCreateParamsNonStreaming,
  { baseUrl, apiKey, dispatcher }: { baseUrl: string; apiKey: string; dispatcher: Dispatcher },
): Promise<number> {
  const response = await fetch(`${withoutUser(baseUrl)}/v1/messages/count_tokens`, {
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
    const message = `${shownAddress(baseUrl)} does not answer: ${reasonOf(error)}`;
    throw new UnavailableError('ModelApiUnreachable', message, advice);
  });
  const answer = (await response.json().catch(() => null)) as { input_tokens?: unknown } | null;
  if (response.ok && typeof answer?.input_tokens === 'number') return answer.input_tokens;
  throw new UnavailableError(
    'CannotCount',
    `${shownAddress(baseUrl)} answers with ${response.status} when asked to count tokens.`,
    advice,
  );
}

const advice = 'Check ANTHROPIC_API_KEY and ANTHROPIC_BASE_URL, or estimate without the API: --offline.';

function reasonOf({ cause, message }: Error): string {
  return cause instanceof Error ? cause.message : message;
}
