import type { ContentBlockParam, MessageParam } from '@anthropic-ai/sdk/resources/messages';

import type { Turn } from '../../src/contract/model-request.js';
import { shown } from '../../src/plan/graph/template.js';
import { nothingReturned } from '../../src/prompts/agent.js';
import { storedValue } from './stored-value.js';
import type { BlobStore } from '../../src/store/blob-store.js';

/**
 * Makes messages of a conversation's turns: what the model said, then all results of its calls in one message.
 *
 * @throws FanfoldError `DocumentMissing` where one of them is not in the store
 */
export async function conversationOf(
  turns: readonly Turn[],
  store: Pick<BlobStore, 'readText'>,
): Promise<MessageParam[]> {
  const messages = await Promise.all(
    turns.map(async ({ content, results }): Promise<MessageParam[]> => {
      const blocks = (await storedValue(content, store)) as ContentBlockParam[];
      const shownResults = await Promise.all(
        results.map(async ({ id, output, failed }): Promise<ContentBlockParam> => {
          const text = shown(await storedValue(output, store));
          return {
            type: 'tool_result',
            tool_use_id: id,
            content: text.trim() === '' ? nothingReturned : text,
            ...(failed && { is_error: true }),
          };
        }),
      );
      return [
        { role: 'assistant', content: blocks },
        { role: 'user', content: shownResults },
      ];
    }),
  );
  return messages.flat();
}
