import type { MessageCreateParamsNonStreaming, MessageParam } from '@anthropic-ai/sdk/resources/messages';
import type { Attributes } from '@opentelemetry/api';

/** A block as the API has it, whatever it is. */
interface Block {
  type: string;
  [field: string]: unknown;
}

type Part = Record<string, unknown>;

/** What was asked, in the words of OpenTelemetry's schemas for messages. A file is its size: a trace has no room for it. */
export function askedContent({ system, messages, tools = [] }: MessageCreateParamsNonStreaming): Attributes {
  return {
    ...(system !== undefined && { 'gen_ai.system_instructions': JSON.stringify(partsOf(system)) }),
    'gen_ai.input.messages': JSON.stringify(messages.map(messageOf)),
    ...(tools.length > 0 && {
      'gen_ai.tool.definitions': JSON.stringify(
        tools.map((tool) => ({
          type: 'input_schema' in tool ? 'function' : tool.type,
          name: 'name' in tool ? tool.name : tool.type,
        })),
      ),
    }),
  };
}

/** What was answered. */
export function answeredContent(content: readonly unknown[] | string, stopReason: string): Attributes {
  const message = { role: 'assistant', parts: partsOf(content), finish_reason: stopReason };
  return { 'gen_ai.output.messages': JSON.stringify([message]) };
}

function messageOf({ role, content }: MessageParam): { role: string; parts: Part[] } {
  const parts = partsOf(content);
  const isOfTools = parts.length > 0 && parts.every(({ type }) => type === 'tool_call_response');
  return { role: isOfTools ? 'tool' : role, parts };
}

function partsOf(content: readonly unknown[] | string): Part[] {
  if (typeof content === 'string') return [{ type: 'text', content }];
  return (content as readonly Block[]).map(partOf);
}

const parts: Readonly<Record<string, (block: Block) => Part>> = {
  text: ({ text }) => ({ type: 'text', content: text }),
  thinking: ({ thinking }) => ({ type: 'reasoning', content: thinking }),
  tool_use: ({ id, name, input }) => ({ type: 'tool_call', id, name, arguments: input }),
  tool_result: ({ tool_use_id: id, content = '' }) => ({
    type: 'tool_call_response',
    id,
    response: typeof content === 'string' ? content : partsOf(content as Block[]),
  }),
  server_tool_use: ({ id, name, input }) => ({
    type: 'server_tool_call',
    id,
    name,
    server_tool_call: { type: name, arguments: input },
  }),
  image: filePart,
  document: filePart,
};

function partOf(block: Block): Part {
  const made = Object.hasOwn(parts, block.type) ? parts[block.type]?.(block) : undefined;
  if (made !== undefined) return made;
  if (!block.type.endsWith('_tool_result')) return block;
  const { type, tool_use_id: id, content } = block;
  return { type: 'server_tool_call_response', id, server_tool_call_response: { type, content } };
}

function filePart({ type: modality, source }: Block): Part {
  const { type, media_type: mimeType, data = '', url, file_id: fileId, content } = source as Block;
  switch (type) {
    case 'url':
      return { type: 'uri', modality, uri: url };
    case 'file':
      return { type: 'file', modality, file_id: fileId };
    case 'text':
      return { type: 'text', content: data };
    case 'content':
      return { type: 'document', parts: partsOf(content as Block[] | string) };
    default:
      return {
        type: 'blob',
        modality,
        mime_type: mimeType,
        content: `(${String(data).length} characters of base64)`,
      };
  }
}
