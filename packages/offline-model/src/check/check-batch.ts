import type { BatchCreateParams } from '@anthropic-ai/sdk/resources/messages/batches';
import { invalidRequest } from '../http/api-failure.js';
import { isObject } from '../http/read-body.js';

const mostRequests = 100_000;

/**
 * The requests of a new batch. Their parameters are checked when they are processed, each by itself, as the API does.
 *
 * @throws ApiFailure 400
 */
export function checkBatch({ requests }: Record<string, unknown>): BatchCreateParams.Request[] {
  if (!Array.isArray(requests) || requests.length === 0)
    throw invalidRequest('requests: List should have at least 1 item');
  if (requests.length > mostRequests)
    throw invalidRequest(`requests: List should have at most ${mostRequests} items, got ${requests.length}`);
  const seen = new Set<string>();
  for (const [index, request] of requests.entries()) {
    const at = `requests.${index}`;
    if (!isObject(request)) throw invalidRequest(`${at}: Input should be a valid dictionary`);
    const { custom_id: customId, params } = request;
    if (typeof customId !== 'string' || !/^[a-zA-Z0-9_-]{1,64}$/.test(customId)) {
      throw invalidRequest(`${at}.custom_id: String should match pattern '^[a-zA-Z0-9_-]{1,64}$'`);
    }
    if (seen.has(customId))
      throw invalidRequest(`${at}.custom_id: must be unique within the batch, got ${customId} twice`);
    seen.add(customId);
    if (!isObject(params)) throw invalidRequest(`${at}.params: Field required`);
  }
  return requests as BatchCreateParams.Request[];
}
