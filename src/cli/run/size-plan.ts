import type { FanOutPlan } from '../../plan/fan-out-plan.js';
import type { ModelRequest } from '../../contract/model-request.js';
import { buildRequest, estimateTokens, sizeOf } from '../../model/index.js';
import type { Sized } from '../../model/index.js';
import { modelApiOf, noApiKey } from '../home/api-key.js';
import { countTokens } from './count-tokens.js';
import type { World } from '../world.js';

/**
 * The input tokens of each branch's question: counted by the API where the API will be asked, estimated otherwise.
 *
 * @throws UnavailableError when the API is to count and there is no key, or it does not answer
 */
export async function sizePlan(
  plan: Pick<FanOutPlan, 'branches' | 'offline'>,
  document: string | undefined,
  world: World,
): Promise<Sized[]> {
  if (plan.branches.length === 0) return [];
  const api = plan.offline ? undefined : modelApiOf(world);
  if (!plan.offline && api === undefined) throw noApiKey();
  const counter = { baseUrl: api?.baseURL ?? '', apiKey: api?.apiKey ?? '' };
  const count = async (request: ModelRequest) => {
    const { document: own } = request;
    const text = own && 'inline' in own && own.inline !== '' ? own.inline : document;
    const body = buildRequest(request, text, request.outputSchema);
    return plan.offline ? estimateTokens(body) : countTokens(body, counter);
  };
  return Promise.all(
    plan.branches.map(async ({ request, unreadable }) =>
      // Nothing is asked about a document that could not be read.
      unreadable === undefined ? sizeOf(request, await count(request)) : { ...sizeOf(request, 0), maxTokens: 0 },
    ),
  );
}
