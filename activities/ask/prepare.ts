import type { MessageParam } from '@anthropic-ai/sdk/resources/messages';

import type { DocumentContent } from '../../src/contract/document.js';
import type { ModelCall } from '../../src/contract/model-call.js';
import { FanfoldError } from '../../src/contract/errors.js';
import { isBlank } from '../../src/model/sendable.js';
import { isResultTool } from '../../src/plan/result-tool.js';
import type { ActivitiesSettings } from '../settings.js';
import { conversationOf } from '../stored/conversation-of.js';
import { documentContent } from '../stored/document-content.js';
import { promptOf, withFiles } from '../stored/prompt-of.js';
import { beginningOf } from '../../src/contract/cut-text.js';

/** What a call speaks of, fetched. */
export interface Prepared {
  /** The document, or it and the files that the prompt speaks of. */
  document: DocumentContent | readonly DocumentContent[] | undefined;
  prompt: string;
  /** The conversation so far. */
  turns: MessageParam[];
}

/**
 * Fetches what a call speaks of.
 *
 * @throws FanfoldError `DocumentMissing` where a text or a file is not in the store; `BadInput` where there is nothing to
 *     ask
 */
export async function prepare(call: ModelCall, settings: ActivitiesSettings): Promise<Prepared> {
  const { request } = call;
  const { store } = settings;
  const [document, prompt, turns] = await Promise.all([
    request.document && documentContent(request.document, store),
    promptOf(request, store),
    conversationOf(request.turns ?? [], store, (request.tools ?? []).some(isResultTool)),
  ]);
  const { text, files } = prompt;
  if (
    isBlank(text) &&
    files.length === 0 &&
    (document === undefined || (typeof document === 'string' && isBlank(document)))
  ) {
    throw new FanfoldError(
      'BadInput',
      `Expected a prompt or a document with words, got ${JSON.stringify(beginningOf(text, 20))}.`,
      'The API refuses a question without one; a template may have had nothing to put in.',
    );
  }
  return { document: withFiles(document, prompt), prompt: text, turns };
}
