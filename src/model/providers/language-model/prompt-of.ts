import type { LanguageModelV3CallOptions, LanguageModelV3Prompt } from '@ai-sdk/provider';
import type {
  ContentBlockParam,
  MessageCreateParamsNonStreaming,
  MessageParam,
  Tool,
  ToolResultBlockParam,
} from '@anthropic-ai/sdk/resources/messages';

import { FanfoldError } from '../../../contract/errors.js';
import { inputOf } from '../../call/call-input.js';

type Part<Role> = Extract<Extract<LanguageModelV3Prompt[number], { role: Role }>['content'], unknown[]>[number];

/** A file in base64, as a version of the AI SDK's interface has it. */
export type FileData = (base64: string) => Extract<Part<'user'>, { type: 'file' }>['data'];

/**
 * A request of the Messages API in the words of the AI SDK's language models.
 *
 * @throws FanfoldError `BadRequest` for what they have no word for
 */
export function callOptionsOf(
  body: Omit<MessageCreateParamsNonStreaming, 'stream'>,
  fileData: FileData,
): LanguageModelV3CallOptions {
  const {
    system,
    messages,
    max_tokens: maxOutputTokens,
    tools = [],
    tool_choice: choice,
    output_config: output,
  } = body;
  const names = toolNamesIn(messages);
  const format = output?.format;
  const said = typeof system === 'string' ? system : (system ?? []).map(({ text }) => text).join('\n\n');
  return {
    prompt: [
      ...(said === '' ? [] : [{ role: 'system' as const, content: said }]),
      ...messages.flatMap((message) => turnsOf(message, names, fileData)),
    ],
    maxOutputTokens,
    ...(tools.length > 0 && { tools: tools.map(functionOf) }),
    ...(choice?.type === 'none' && { toolChoice: { type: 'none' as const } }),
    ...(format && {
      responseFormat: { type: 'json' as const, schema: format.schema as object, name: 'answer' },
      // Strict providers refuse a schema with a property that may be left out; what comes is held to the schema here, too.
      providerOptions: bothNames({ strictJsonSchema: isStrict(format.schema) }),
    }),
  };
}

/** Options by the names that the packages for OpenAI and for compatible ones look under. */
function bothNames(options: { strictJsonSchema: boolean }) {
  return { openai: options, openaiCompatible: options };
}

function functionOf(tool: NonNullable<MessageCreateParamsNonStreaming['tools']>[number]) {
  if (!('input_schema' in tool)) throw unable(`the tool \`${String(tool.type)}\`, which Anthropic itself runs`);
  const { name, description, input_schema: inputSchema } = tool as Tool;
  return {
    type: 'function' as const,
    name,
    ...(description !== undefined && { description }),
    inputSchema: inputSchema as object,
  };
}

/** Names of tools by the ids of their calls: a result has to name its tool here. */
function toolNamesIn(messages: readonly MessageParam[]): ReadonlyMap<string, string> {
  const blocks = messages.flatMap(({ content }) => (typeof content === 'string' ? [] : content));
  return new Map(blocks.flatMap((block) => (block.type === 'tool_use' ? [[block.id, block.name]] : [])));
}

function turnsOf(
  { role, content }: MessageParam,
  names: ReadonlyMap<string, string>,
  fileData: FileData,
): LanguageModelV3Prompt {
  const blocks: ContentBlockParam[] = typeof content === 'string' ? [{ type: 'text', text: content }] : content;
  if (role === 'assistant') return [{ role, content: blocks.flatMap(saidByModel) }];
  if (role !== 'user') throw unable(`a message of the role \`${String(role)}\``);
  const results = blocks.filter((block) => block.type === 'tool_result');
  const others = blocks.filter((block) => block.type !== 'tool_result');
  return [
    ...(results.length > 0 ? [{ role: 'tool' as const, content: results.map((each) => resultOf(each, names)) }] : []),
    ...(others.length > 0 ? [{ role, content: others.map((block) => saidByUser(block, fileData)) }] : []),
  ];
}

/** Thinking is another provider's, and goes to nobody else. */
function saidByModel(block: ContentBlockParam): Part<'assistant'>[] {
  if (block.type === 'text') return [{ type: 'text', text: block.text }];
  if (block.type === 'tool_use') {
    return [{ type: 'tool-call', toolCallId: block.id, toolName: block.name, input: inputOf(block.input) }];
  }
  return [];
}

function saidByUser(block: ContentBlockParam, fileData: FileData): Part<'user'> {
  if (block.type === 'text') return { type: 'text', text: block.text };
  if (block.type === 'image' && block.source.type === 'base64') {
    return { type: 'file', mediaType: block.source.media_type, data: fileData(block.source.data) };
  }
  if (block.type === 'document' && block.source.type === 'base64') {
    return {
      type: 'file',
      mediaType: block.source.media_type,
      data: fileData(block.source.data),
      filename: 'document.pdf',
    };
  }
  throw unable(`a block of the type \`${block.type}\``);
}

function resultOf(
  block: ToolResultBlockParam,
  names: ReadonlyMap<string, string>,
): Extract<Part<'tool'>, { type: 'tool-result' }> {
  const { tool_use_id: toolCallId, content = '', is_error: isError } = block;
  const value =
    typeof content === 'string'
      ? content
      : content.map((each) => (each.type === 'text' ? each.text : `(${each.type}, which cannot be shown)`)).join('\n');
  return {
    type: 'tool-result',
    toolCallId,
    toolName: names.get(toolCallId) ?? 'tool',
    output: { type: isError === true ? 'error-text' : 'text', value },
  };
}

/** Whether every property of every object is required and no other is allowed, which is what OpenAI's strict mode takes. */
export function isStrict(schema: unknown): boolean {
  if (Array.isArray(schema)) return schema.every(isStrict);
  if (typeof schema !== 'object' || schema === null) return true;
  const { properties, required, additionalProperties } = schema as Record<string, unknown>;
  if (typeof properties === 'object' && properties !== null) {
    const names = Object.keys(properties);
    const isWhole = Array.isArray(required) && names.every((name) => required.includes(name));
    if (!isWhole || additionalProperties !== false) return false;
  }
  return Object.values(schema).every(isStrict);
}

function unable(what: string): FanfoldError {
  return new FanfoldError('BadRequest', `This provider cannot be given ${what}.`, "Ask one of Anthropic's models.");
}
