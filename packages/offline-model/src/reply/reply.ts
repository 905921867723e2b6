import type {
  ContentBlock,
  RefusalStopDetails,
  StopReason,
  TextBlock,
  ToolUseBlock,
} from '@anthropic-ai/sdk/resources/messages';
import { countTokens } from '../tokens.js';

/** What the model says, before it is put into a message. */
export interface Reply {
  content: ContentBlock[];
  stopReason: StopReason;
  stopSequence?: string;
  stopDetails?: RefusalStopDetails;
}

export function textReply(text: string, stopReason: StopReason = 'end_turn'): Reply {
  // The SDK's type asks for `citations`, of which the API says nothing where there are none; clients with strict schemas refuse null.
  return { content: [{ type: 'text', text } as TextBlock], stopReason };
}

/** The ids are numbered within the answer: the same request gets the same answer. */
export function toolReply(calls: readonly { name: string; input: unknown }[], idPrefix: string): Reply {
  return {
    content: calls.map(({ name, input }, index): ToolUseBlock => ({
      type: 'tool_use',
      id: `toolu_offline_${idPrefix}_${index}`,
      name,
      input,
      caller: { type: 'direct' },
    })),
    stopReason: 'tool_use',
  };
}

export function outputTokensOf(content: readonly ContentBlock[]): number {
  return content.reduce((sum, block) => sum + blockTokens(block), 0);
}

function blockTokens(block: ContentBlock): number {
  if (block.type === 'text') return countTokens(block.text);
  const isCall = block.type === 'tool_use' || block.type === 'server_tool_use';
  return isCall ? countTokens(block.name + JSON.stringify(block.input)) : 0;
}
