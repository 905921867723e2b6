import { checkFileSource } from './check-files.js';
import { invalidRequest } from '../http/api-failure.js';
import { isObject } from '../http/read-body.js';

const roles = ['user', 'assistant', 'system'];

/** @throws ApiFailure 400 naming the first turn that is not in order */
export function checkTurns(messages: readonly unknown[]): void {
  if (messages.length === 0) throw invalidRequest('messages: at least one message is required');
  let calledTools: readonly string[] = [];
  for (const [index, turn] of messages.entries()) {
    const at = `messages.${index}`;
    if (!isObject(turn)) throw invalidRequest(`${at}: Input should be a valid dictionary`);
    const { role, content } = turn;
    if (typeof role !== 'string' || !roles.includes(role))
      throw invalidRequest(`${at}.role: Input should be 'user', 'assistant' or 'system'`);
    if (index === 0 && role !== 'user') throw invalidRequest('messages: first message must use the "user" role');
    const blocks = checkContent(content, at);
    const answered = idsOf(blocks, 'tool_result', 'tool_use_id');
    if (role !== 'assistant') checkResults(answered, calledTools, at);
    calledTools = role === 'assistant' ? idsOf(blocks, 'tool_use', 'id') : [];
  }
}

function checkContent(content: unknown, at: string): readonly Record<string, unknown>[] {
  if (typeof content === 'string') {
    if (content.trim() === '') throw invalidRequest(`${at}: text content blocks must contain non-whitespace text`);
    return [];
  }
  if (!Array.isArray(content))
    throw invalidRequest(`${at}.content: Input should be a string or a list of content blocks`);
  if (content.length === 0) throw invalidRequest(`${at}: content must not be empty`);
  for (const [index, block] of content.entries()) checkBlock(block, `${at}.content.${index}`);
  return content as Record<string, unknown>[];
}

function checkBlock(block: unknown, at: string): void {
  if (!isObject(block) || typeof block['type'] !== 'string') throw invalidRequest(`${at}.type: Field required`);
  switch (block['type']) {
    case 'text':
      if (typeof block['text'] !== 'string') throw invalidRequest(`${at}.text: Field required`);
      if (block['text'].trim() === '')
        throw invalidRequest(`${at}.text: text content blocks must contain non-whitespace text`);
      return;
    case 'document':
    case 'image':
      if (!isObject(block['source'])) throw invalidRequest(`${at}.source: Field required`);
      if (block['source']['type'] === 'base64') checkFileSource(block, at);
      else checkSource(block['source'], at);
      return;
    case 'tool_use':
      if (typeof block['id'] !== 'string' || typeof block['name'] !== 'string' || !isObject(block['input'])) {
        throw invalidRequest(`${at}: tool_use needs \`id\`, \`name\` and \`input\``);
      }
      return;
    case 'tool_result':
      if (typeof block['tool_use_id'] !== 'string') throw invalidRequest(`${at}.tool_use_id: Field required`);
      checkResultContent(block['content'], at);
      return;
    default:
  }
}

function checkSource(source: Record<string, unknown>, at: string): void {
  if (source['type'] === 'text' && (typeof source['data'] !== 'string' || source['data'].trim() === '')) {
    throw invalidRequest(`${at}.source.data: document text must contain non-whitespace text`);
  }
  if (source['type'] === 'text' && source['media_type'] !== 'text/plain')
    throw invalidRequest(`${at}.source.media_type: Input should be 'text/plain'`);
}

function checkResultContent(content: unknown, at: string): void {
  if (content === undefined || typeof content === 'string') return;
  if (!Array.isArray(content))
    throw invalidRequest(`${at}.content: Input should be a string or a list of content blocks`);
  for (const [index, block] of content.entries()) checkBlock(block, `${at}.content.${index}`);
}

function idsOf(blocks: readonly Record<string, unknown>[], type: string, field: string): string[] {
  return blocks.filter((block) => block['type'] === type).map((block) => String(block[field]));
}

/** Every tool call is answered in the very next turn, and nothing else is. */
function checkResults(answered: readonly string[], called: readonly string[], at: string): void {
  const stray = answered.find((id) => !called.includes(id));
  if (stray !== undefined) {
    throw invalidRequest(
      `${at}: unexpected \`tool_use_id\` found in \`tool_result\` blocks: ${stray}. Each \`tool_result\` block must have a corresponding \`tool_use\` block in the previous message.`,
    );
  }
  const missing = called.find((id) => !answered.includes(id));
  if (missing !== undefined) {
    throw invalidRequest(
      `${at}: \`tool_use\` ids were found without \`tool_result\` blocks immediately after: ${missing}.`,
    );
  }
}
