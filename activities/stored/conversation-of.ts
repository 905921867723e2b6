import type { ContentBlockParam, MessageParam } from '@anthropic-ai/sdk/resources/messages';

import type { Turn } from '../../src/contract/model-request.js';
import { inputOf } from '../../src/model/call/call-input.js';
import { CallIds } from '../../src/model/call/call-ids.js';
import { isBlank, withoutBlanks } from '../../src/model/sendable.js';
import { shown } from '../../src/plan/graph/template.js';
import { nothingReturned } from '../../src/prompts/agent.js';
import { storedValue } from './stored-value.js';
import type { BlobStore } from '../../src/store/blob-store.js';

/**
 * Makes messages of a conversation's turns: what the model said, then all results of its calls in one message. What the API would
 * refuse of what it was itself given is put right: blocks without words are left out, and calls get ids of their own.
 *
 * @throws FanfoldError `DocumentMissing` where one of them is not in the store
 */
export async function conversationOf(
  turns: readonly Turn[],
  store: Pick<BlobStore, 'readText'>,
): Promise<MessageParam[]> {
  const read = await Promise.all(turns.map((turn) => readTurn(turn, store)));
  const ids = new CallIds();
  return read.flatMap(({ blocks, results }): MessageParam[] => {
    // Results are in the order in which the model asked.
    const own = results.map(({ id }) => ids.own(id));
    let call = 0;
    const content = withoutBlanks(blocks).map((block): ContentBlockParam => {
      if (block.type !== 'tool_use') return block;
      const id = own[call] ?? ids.own(block.id);
      call += 1;
      const input = inputOf(block.input);
      return { ...block, id, input: typeof input === 'object' ? input : {} };
    });
    const shownResults = results.map(({ text, failed }, at): ContentBlockParam => ({
      type: 'tool_result',
      tool_use_id: own[at] ?? '',
      content: isBlank(text) ? nothingReturned : text,
      ...(failed && { is_error: true }),
    }));
    return [
      { role: 'assistant', content },
      { role: 'user', content: shownResults },
    ];
  });
}

interface ReadTurn {
  blocks: ContentBlockParam[];
  results: { id: string; text: string; failed: boolean }[];
}

async function readTurn({ content, results }: Turn, store: Pick<BlobStore, 'readText'>): Promise<ReadTurn> {
  const [blocks, ...texts] = await Promise.all([
    storedValue(content, store),
    ...results.map(async ({ output }) => shown(await storedValue(output, store))),
  ]);
  return {
    blocks: blocks as ContentBlockParam[],
    results: results.map(({ id, failed }, at) => ({ id, failed, text: texts[at] ?? '' })),
  };
}
