import type { MessageParam } from '@anthropic-ai/sdk/resources/messages';

import type { ModelCall } from '../../src/contract/model-call.js';
import type { ModelApi } from '../../src/model/call/client.js';
import type { ActivitiesSettings } from '../settings.js';
import { conversationOf } from '../stored/conversation-of.js';
import { documentText } from '../stored/document-text.js';
import { promptOf } from '../stored/prompt-of.js';
import { apiFor } from './api-for.js';

/** What a call speaks of, fetched. */
export interface Prepared {
  api: ModelApi;
  document: string | undefined;
  prompt: string;
  /** The conversation so far. */
  turns: MessageParam[];
}

/**
 * Fetches what a call speaks of.
 *
 * @throws FanfoldError `NoApiKey`, or `DocumentMissing` where a text is not in the store
 */
export async function prepare(call: ModelCall, settings: ActivitiesSettings): Promise<Prepared> {
  const { request } = call;
  const { store } = settings;
  const [api, document, prompt, turns] = await Promise.all([
    apiFor(call, settings),
    request.document && documentText(request.document, store),
    promptOf(request, store),
    conversationOf(request.turns ?? [], store),
  ]);
  return { api, document, prompt, turns };
}
