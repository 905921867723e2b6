import type { MessageCreateParams } from '@anthropic-ai/sdk/resources/messages';
import { invalidRequest } from '../http/api-failure.js';
import { isObject } from '../http/read-body.js';

const mostBreakpoints = 4;

/** @throws ApiFailure 400 for a malformed `cache_control`, for more than four, and for a 1h one after a 5m one */
export function checkCacheControl(
  params: Pick<MessageCreateParams, 'tools' | 'system' | 'messages' | 'cache_control'>,
): void {
  const ttls: string[] = [];
  for (const control of [
    ...controlsOf(params.tools),
    ...controlsOf(params.system),
    ...params.messages.flatMap(({ content }) => controlsOf(content)),
    params.cache_control,
  ]) {
    if (control === undefined || control === null) continue;
    ttls.push(ttlOf(control));
  }
  if (ttls.length > mostBreakpoints)
    throw invalidRequest(
      `A maximum of ${mostBreakpoints} blocks with cache_control may be provided. Found ${ttls.length}.`,
    );
  if (ttls.lastIndexOf('1h') > ttls.indexOf('5m') && ttls.includes('5m')) {
    throw invalidRequest('cache_control: a block with ttl "1h" must not come after a block with ttl "5m"');
  }
}

function controlsOf(blocks: unknown): unknown[] {
  return Array.isArray(blocks) ? blocks.map((block) => (isObject(block) ? block['cache_control'] : undefined)) : [];
}

function ttlOf(control: unknown): string {
  if (!isObject(control) || control['type'] !== 'ephemeral')
    throw invalidRequest("cache_control.type: Input should be 'ephemeral'");
  const ttl = control['ttl'] ?? '5m';
  if (ttl !== '5m' && ttl !== '1h') throw invalidRequest("cache_control.ttl: Input should be '5m' or '1h'");
  return ttl;
}
