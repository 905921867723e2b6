import type { MessageCreateParamsNonStreaming } from '@anthropic-ai/sdk/resources/messages';

import { namedModel, providerIn } from '../../contract/providers.js';
import { fullNameBy } from './named.js';
import type { GatewaySettings } from './settings.js';

/** A question of a client that is no worker of fanfold's. */
export type Asked = MessageCreateParamsNonStreaming & { stream?: boolean };

/** The question in a request's body, its model named in full; `undefined` where there is none. */
export function askedIn(body: Buffer, settings: Pick<GatewaySettings, 'env' | 'foreignLine'>): Asked | undefined {
  try {
    const asked = JSON.parse(body.toString()) as Asked;
    const isQuestion =
      typeof asked.model === 'string' &&
      // A provider alone names no model.
      (providerIn(asked.model) === undefined || namedModel(asked.model).name !== '') &&
      Number.isInteger(asked.max_tokens) &&
      // With 0 the prompt cache is filled, and nothing is answered.
      asked.max_tokens >= 0 &&
      Array.isArray(asked.messages) &&
      asked.messages.every((message: unknown) => isContent((message as { content?: unknown } | null)?.content));
    if (!isQuestion) return undefined;
    const model = fullNameBy(settings, settings.foreignLine === 'offline', asked.model);
    return model === asked.model ? asked : { ...asked, model };
  } catch {
    return undefined;
  }
}

/**
 * The body of a question as the API itself takes it: `anthropic:ID` says to the gateway alone who is asked. Everything else stays byte for byte.
 *
 * @param body JSON with a `model`
 */
export function withOwnName(body: Buffer): Buffer {
  if (!body.includes('"anthropic:')) return body;
  const asked = JSON.parse(body.toString()) as Asked;
  const model = namedModel(asked.model).name;
  return model === asked.model ? body : Buffer.from(JSON.stringify({ ...asked, model }));
}

function isContent(content: unknown): boolean {
  if (typeof content === 'string') return true;
  return Array.isArray(content) && content.every((block) => typeof block === 'object' && block !== null);
}
