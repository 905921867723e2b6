import type { FanOutPlan } from '../../plan/fan-out-plan.js';
import type { ModelRequest } from '../../contract/model-request.js';
import { buildRequest, estimateTokens, sizeOf } from '../../model/index.js';
import type { Sized } from '../../model/index.js';
import { modelApiOf, noApiKey } from '../home/api-key.js';
import { countTokens } from './count-tokens.js';
import type { World } from '../world.js';

type Sizing = Pick<FanOutPlan, 'branches' | 'offline'>;

/** How large the question of each branch is at most, by estimate: nobody is asked. */
export function estimatePlan({ branches }: Pick<Sizing, 'branches'>, document: string | undefined): Sized[] {
  return branches.map(({ request, unreadable }) =>
    unreadable === undefined ? sizeOf(request, estimateTokens(bodyOf(request, document))) : unread(request),
  );
}

/**
 * The input tokens of each branch's question: counted by the API where the API will be asked, estimated otherwise.
 *
 * @throws UnavailableError when the API is to count and there is no key, or it does not answer
 */
export async function sizePlan(plan: Sizing, document: string | undefined, world: World): Promise<Sized[]> {
  if (plan.branches.length === 0) return [];
  if (plan.offline) return estimatePlan(plan, document);
  const api = modelApiOf(world);
  if (api === undefined) throw noApiKey();
  const counter = { baseUrl: api.baseURL, apiKey: api.apiKey };
  // Branches may ask the very same.
  const counts = new Map<string, Promise<number>>();
  const count = (request: ModelRequest) => {
    const body = bodyOf(request, document);
    const same = JSON.stringify(body);
    const counted = counts.get(same) ?? countTokens(body, counter);
    counts.set(same, counted);
    return counted;
  };
  return Promise.all(
    plan.branches.map(async ({ request, unreadable }) =>
      unreadable === undefined ? sizeOf(request, await count(request)) : unread(request),
    ),
  );
}

function bodyOf(request: ModelRequest, document: string | undefined) {
  const { document: own } = request;
  const text = own && 'inline' in own && own.inline !== '' ? own.inline : document;
  return buildRequest(request, text, request.outputSchema);
}

/** Nothing is asked about what could not be read. */
function unread(request: ModelRequest): Sized {
  return { ...sizeOf(request, 0), maxTokens: 0 };
}
