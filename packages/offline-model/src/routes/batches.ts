import type {
  DeletedMessageBatch,
  MessageBatch,
  MessageBatchIndividualResponse,
} from '@anthropic-ai/sdk/resources/messages/batches';
import type { BatchPage } from '../batches/batch-store.js';
import { checkBatch } from '../check/check-batch.js';
import { invalidRequest } from '../http/api-failure.js';
import type { Exchange } from '../http/exchange.js';
import { parseObject, readBody } from '../http/read-body.js';
import type { Premises } from '../premises.js';
import { digestOf } from '../tokens.js';

const maxBatchBytes = 256 * 1_024 * 1_024;
const usualPage = 20;
const largestPage = 1_000;

export async function createBatch(exchange: Exchange, { batches }: Premises): Promise<void> {
  const batch = batches.create(checkBatch(parseObject(await readBody(exchange.request, maxBatchBytes))));
  exchange.sendJson(200, batch.describe(originOf(exchange)));
}

export async function listBatches(exchange: Exchange, { batches }: Premises): Promise<void> {
  const { searchParams: query } = exchange.url;
  const limit = Math.min(largestPage, Math.max(1, Number(query.get('limit') ?? usualPage) || usualPage));
  exchange.sendJson(
    200,
    describePage(batches.page(limit, query.get('after_id'), query.get('before_id')), originOf(exchange)),
  );
}

function describePage(
  { batches, hasMore }: BatchPage,
  origin: string,
): { data: MessageBatch[]; has_more: boolean; first_id: string | null; last_id: string | null } {
  return {
    data: batches.map((batch) => batch.describe(origin)),
    has_more: hasMore,
    first_id: batches[0]?.id ?? null,
    last_id: batches.at(-1)?.id ?? null,
  };
}

export async function showBatch(exchange: Exchange, { batches }: Premises, id: string): Promise<void> {
  exchange.sendJson(200, batches.find(id).describe(originOf(exchange)));
}

export async function cancelBatch(exchange: Exchange, { batches }: Premises, id: string): Promise<void> {
  const batch = batches.find(id);
  if (batch.ended) throw invalidRequest('The batch has ended and cannot be canceled.');
  batch.cancel();
  exchange.sendJson(200, batch.describe(originOf(exchange)));
}

export async function deleteBatch(exchange: Exchange, { batches }: Premises, id: string): Promise<void> {
  batches.delete(id);
  exchange.sendJson(200, { id, type: 'message_batch_deleted' } satisfies DeletedMessageBatch);
}

/** One JSON object a line, in an order that has nothing to do with that of the requests. */
export async function showResults(exchange: Exchange, { batches, seed }: Premises, id: string): Promise<void> {
  const batch = batches.find(id);
  if (!batch.ended) throw invalidRequest('The batch has no results yet: it is still being processed.');
  const outcomes = batch.outcomes();
  const scrambled = batch.requests
    .map(({ custom_id: customId }, index) => ({
      customId,
      outcome: outcomes[index],
      rank: digestOf(`${seed} ${customId}`),
    }))
    .sort((left, right) => (left.rank < right.rank ? -1 : 1));
  exchange.head(200, { 'content-type': 'application/x-jsonl' });
  for (const { customId, outcome } of scrambled) {
    if (!outcome) continue;
    const line: MessageBatchIndividualResponse = { custom_id: customId, result: outcome.result() };
    await exchange.write(`${JSON.stringify(line)}\n`);
  }
  exchange.end();
}

function originOf({ request }: Exchange): string {
  return `http://${request.headers.host ?? '127.0.0.1'}`;
}
