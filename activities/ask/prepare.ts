import type { MessageParam } from '@anthropic-ai/sdk/resources/messages';

import type { DocumentContent } from '../../src/contract/document.js';
import type { ModelCall } from '../../src/contract/model-call.js';
import type { ModelApi } from '../../src/model/call/client.js';
import type { ActivitiesSettings } from '../settings.js';
import { conversationOf } from '../stored/conversation-of.js';
import { documentContent } from '../stored/document-content.js';
import { promptOf } from '../stored/prompt-of.js';
import { apiFor } from './api-for.js';

/** What a call speaks of, fetched. */
export interface Prepared {
  api: ModelApi;
  /** The document, or it and the files that the prompt speaks of. */
  document: DocumentContent | readonly DocumentContent[] | undefined;
  prompt: string;
  /** The conversation so far. */
  turns: MessageParam[];
}

/**
 * Fetches what a call speaks of.
 *
 * @throws FanfoldError `NoApiKey`, or `DocumentMissing` where a text or a file is not in the store
 */
export async function prepare(call: ModelCall, settings: ActivitiesSettings): Promise<Prepared> {
  const { request } = call;
  const { store } = settings;
  const [api, document, prompt, turns] = await Promise.all([
    apiFor(call, settings),
    request.document && documentContent(request.document, store),
    promptOf(request, store),
    conversationOf(request.turns ?? [], store),
  ]);
  const { text, files } = prompt;
  const all = files.length === 0 ? document : [...(document === undefined ? [] : [document]), ...files];
  return { api, document: all, prompt: text, turns };
}
