import { describeCall } from '../calls/describe-call.js';
import type { Endpoint } from '../faults/rule.js';
import { substituteFor } from '../faults/substitute.js';
import { ApiFailure } from '../http/api-failure.js';
import { authenticate } from '../http/authenticate.js';
import type { Exchange } from '../http/exchange.js';
import { forever, pause } from '../http/pause.js';
import { parseObject, readBody } from '../http/read-body.js';
import { dialectOf } from '../check/dialect.js';
import { checkCount } from '../check/check-message.js';
import { describeModel, findModel, listModels, modelClassOf } from '../models.js';
import type { Premises } from '../premises.js';
import { cancelBatch, createBatch, deleteBatch, listBatches, showBatch, showResults } from './batches.js';
import { enterCall } from './enter-call.js';

interface Route {
  on: Endpoint;
  method: string;
  path: RegExp;
  answer(exchange: Exchange, premises: Premises, id: string): Promise<void>;
}

const routes: readonly Route[] = [
  { on: 'count-tokens', method: 'POST', path: /^\/v1\/messages\/count_tokens$/, answer: countTokens },
  { on: 'batches', method: 'POST', path: /^\/v1\/messages\/batches$/, answer: createBatch },
  { on: 'batches', method: 'GET', path: /^\/v1\/messages\/batches$/, answer: listBatches },
  { on: 'batches', method: 'GET', path: /^\/v1\/messages\/batches\/([\w-]+)$/, answer: showBatch },
  { on: 'batches', method: 'DELETE', path: /^\/v1\/messages\/batches\/([\w-]+)$/, answer: deleteBatch },
  { on: 'batches', method: 'POST', path: /^\/v1\/messages\/batches\/([\w-]+)\/cancel$/, answer: cancelBatch },
  { on: 'batches', method: 'GET', path: /^\/v1\/messages\/batches\/([\w-]+)\/results$/, answer: showResults },
  { on: 'models', method: 'GET', path: /^\/v1\/models$/, answer: showModels },
  { on: 'models', method: 'GET', path: /^\/v1\/models\/([\w.-]+)$/, answer: showModel },
];

/**
 * Finds the route of a request and has it answered.
 *
 * @throws ApiFailure 404 where there is none, 405 for another method
 */
export async function route(exchange: Exchange, premises: Premises): Promise<void> {
  const { method, url } = exchange;
  exchange.rateHeaders = () => premises.limits.headers('other');
  // Messages calls are logged before anything can refuse them.
  if (method === 'POST' && url.pathname === '/v1/messages') return enterCall(exchange, premises);
  authenticate(exchange.request.headers, premises.apiKey);
  const fitting = routes.filter(({ path }) => path.test(url.pathname));
  const found = fitting.find((each) => each.method === method);
  if (!found) {
    const [status, kind] =
      fitting.length > 0 || url.pathname === '/v1/messages'
        ? ([405, 'invalid_request_error'] as const)
        : ([404, 'not_found_error'] as const);
    throw new ApiFailure(status, kind, `Not found: ${method} ${url.pathname}`);
  }
  if (await spoil(exchange, found.on, premises)) return;
  await found.answer(exchange, premises, found.path.exec(url.pathname)?.[1] ?? '');
}

/** Applies the script; returns whether nothing is left to answer. */
async function spoil(exchange: Exchange, endpoint: Endpoint, premises: Premises): Promise<boolean> {
  const place = `${exchange.method} ${exchange.url.pathname}`;
  const { record, texts } = describeCall(null, '', exchange.requestId, premises.now());
  const { slowMs, fault } = premises.script.judge(record, { ...texts, prompt: place }, endpoint);
  await pause(slowMs ?? 0, exchange.signal);
  if (fault?.kind === 'hang-before-headers') return forever(exchange.signal);
  if (fault?.kind === 'reset-before-headers') exchange.sever();
  else substituteFor(fault, false)?.(exchange);
  return exchange.severed || exchange.response.headersSent;
}

async function countTokens(exchange: Exchange, premises: Premises): Promise<void> {
  const { params, prefixes } = checkCount(
    parseObject(await readBody(exchange.request, premises.maxBodyBytes)),
    dialectOf(exchange),
  );
  exchange.rateHeaders = () => premises.limits.headers(modelClassOf(params.model));
  exchange.sendJson(200, { input_tokens: prefixes.at(-1)?.tokens ?? 0 });
}

async function showModels(exchange: Exchange): Promise<void> {
  const models = listModels();
  exchange.sendJson(200, {
    data: models,
    has_more: false,
    first_id: models[0]?.id ?? null,
    last_id: models.at(-1)?.id ?? null,
  });
}

async function showModel(exchange: Exchange, _premises: Premises, id: string): Promise<void> {
  exchange.sendJson(200, describeModel(findModel(id), id));
}
