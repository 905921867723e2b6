import type { ContentBlockParam, MessageParam } from '@anthropic-ai/sdk/resources/messages';

import type { Turn } from '../../src/contract/model-request.js';
import { inputOf } from '../../src/model/call/call-input.js';
import { CallIds } from '../../src/model/call/call-ids.js';
import { withoutBlanks } from '../../src/model/sendable.js';
import { ImageRoom, resultContent } from '../tools/result-content.js';
import { storedValue } from './stored-value.js';
import type { BlobStore } from '../../src/store/blob-store.js';

/**
 * Makes messages of a conversation's turns: what the model said, then all results of its calls in one message. What the API would
 * refuse of what it was itself given is put right: blocks without words are left out, and calls get ids of their own.
 *
 * @param readsOn whether the model has a tool to read on in what is shown in part
 * @throws FanfoldError `DocumentMissing` where one of them is not in the store
 */
export async function conversationOf(
  turns: readonly Turn[],
  store: Pick<BlobStore, 'readText'>,
  readsOn = false,
): Promise<MessageParam[]> {
  const read = await Promise.all(turns.map((turn) => readTurn(turn, store)));
  const ids = new CallIds();
  const images = new ImageRoom(read.flatMap(({ results }) => results.map(({ output }) => output)));
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
    const shownResults = results.map(({ output, key, failed }, at): ContentBlockParam => ({
      type: 'tool_result',
      tool_use_id: own[at] ?? '',
      content: resultContent(output, readsOn ? key : undefined, images),
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
  results: { id: string; key: string | undefined; output: unknown; failed: boolean }[];
}

async function readTurn({ content, results }: Turn, store: Pick<BlobStore, 'readText'>): Promise<ReadTurn> {
  const [blocks, ...outputs] = await Promise.all([
    storedValue(content, store),
    ...results.map(({ output }) => storedValue(output, store)),
  ]);
  return {
    blocks: blocks as ContentBlockParam[],
    results: results.map(({ id, key, failed }, at) => ({ id, key, failed, output: outputs[at] })),
  };
}
