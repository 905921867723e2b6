import type { MessageCreateParams } from '@anthropic-ai/sdk/resources/messages';
import { prefixesOf } from '../cache/prefixes.js';
import type { Prefix } from '../cache/prefixes.js';
import { invalidRequest } from '../http/api-failure.js';
import { findModel } from '../models.js';
import type { ModelFacts } from '../models.js';
import { checkCacheControl } from './check-cache-control.js';
import { checkFiles } from './check-files.js';
import { checkFields, countFields, messageFields } from './check-fields.js';
import { fieldsOf } from './dialect.js';
import type { Dialect } from './dialect.js';
import { checkOutputFormat } from './check-output-format.js';
import { checkTools } from './check-tools.js';
import { checkTurns } from './check-turns.js';

export interface CheckedPrompt<Params> {
  params: Params;
  model: ModelFacts;
  prefixes: Prefix[];
}

/**
 * A request to `POST /v1/messages`, found to be in order.
 *
 * @throws ApiFailure 400, or 404 for an unknown model
 */
export function checkMessage(body: Record<string, unknown>, dialect: Dialect = {}): CheckedPrompt<MessageCreateParams> {
  checkFields(body, { ...messageFields, ...fieldsOf(dialect) });
  const checked = checkPrompt(body as unknown as MessageCreateParams);
  const { params, model } = checked;
  if (params.max_tokens > model.maxOutputTokens) {
    throw invalidRequest(
      `max_tokens: ${params.max_tokens} > ${model.maxOutputTokens}, which is the maximum allowed number of output tokens for ${params.model}`,
    );
  }
  if (params.max_tokens === 0 && (params.stream || params.output_config?.format)) {
    throw invalidRequest(
      'max_tokens: 0 warms the cache and cannot be combined with `stream` or `output_config.format`',
    );
  }
  return checked;
}

/**
 * A request to `POST /v1/messages/count_tokens`, found to be in order.
 *
 * @throws ApiFailure 400, or 404 for an unknown model
 */
export function checkCount(
  body: Record<string, unknown>,
  dialect: Dialect = {},
): CheckedPrompt<Omit<MessageCreateParams, 'max_tokens'>> {
  checkFields(body, { ...countFields, ...fieldsOf(dialect) });
  return checkPrompt(body as unknown as MessageCreateParams);
}

function checkPrompt<Params extends Omit<MessageCreateParams, 'max_tokens'>>(params: Params): CheckedPrompt<Params> {
  const model = findModel(params.model);
  checkTurns(params.messages);
  checkFiles(params.messages, model);
  checkTools(params.tools ?? [], params.tool_choice, model);
  if (params.output_config?.format) checkOutputFormat(params.output_config.format);
  checkCacheControl(params);
  const prefixes = prefixesOf(params, model);
  const tokens = prefixes.at(-1)?.tokens ?? 0;
  if (tokens > model.contextTokens)
    throw invalidRequest(`prompt is too long: ${tokens} tokens > ${model.contextTokens} maximum`);
  return { params, model, prefixes };
}
