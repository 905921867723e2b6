import { createHash } from 'node:crypto';

import pLimit from 'p-limit';

import { isFile, withoutBytes } from '../../contract/document.js';
import type { FanOutPlan } from '../../plan/fan-out-plan.js';
import type { ModelRequest } from '../../contract/model-request.js';
import { buildRequest, estimateTokens, sizeOf } from '../../model/index.js';
import type { Sized } from '../../model/index.js';
import { modelApiOf, noApiKey } from '../home/api-key.js';
import { cassetteOf } from '../home/cassette-of.js';
import { LocalFile } from '../read/local-file.js';
import type { World } from '../world.js';

type Sizing = Pick<FanOutPlan, 'branches' | 'offline'>;

/** How large the question of each branch is at most, by estimate: nobody is asked. */
export function estimatePlan({ branches }: Pick<Sizing, 'branches'>, document: string | undefined): Sized[] {
  return branches.map(({ request, unreadable }) =>
    unreadable === undefined ? sizeOf(request, estimateTokens(estimatedBody(request, document))) : unread(request),
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
  if (api === undefined && cassetteOf(world) !== undefined) return estimatePlan(plan, document);
  if (api === undefined) throw noApiKey(world);
  // Loaded on demand: it brings an HTTP client along.
  const { countTokens } = await import('./count-tokens.js');
  // Branches may ask the very same.
  const counts = new Map<string, Promise<number>>();
  const count = async (request: ModelRequest) => {
    const { document: own } = request;
    const body =
      own instanceof LocalFile
        ? buildRequest(request, await own.content(), request.outputSchema)
        : estimatedBody(request, document);
    const same = createHash('sha256').update(JSON.stringify(body)).digest('hex');
    const counted = counts.get(same) ?? countTokens(body, api, world.env);
    counts.set(same, counted);
    return counted;
  };
  // Files are in memory while they are counted.
  const filesAtOnce = pLimit(4);
  const countOf = (request: ModelRequest) =>
    request.document instanceof LocalFile ? filesAtOnce(() => count(request)) : count(request);
  return Promise.all(
    plan.branches.map(async ({ request, unreadable }) =>
      unreadable === undefined ? sizeOf(request, await countOf(request)) : unread(request),
    ),
  );
}

/** The body of a request, but for the bytes of a file. */
function estimatedBody(request: ModelRequest, document: string | undefined) {
  const { document: own } = request;
  if (own !== undefined && isFile(own)) return buildRequest(request, withoutBytes(own), request.outputSchema);
  const text = own && 'inline' in own && own.inline !== '' ? own.inline : document;
  return buildRequest(request, text, request.outputSchema);
}

/** Nothing is asked about what could not be read. */
function unread(request: ModelRequest): Sized {
  return { ...sizeOf(request, 0), maxTokens: 0 };
}
