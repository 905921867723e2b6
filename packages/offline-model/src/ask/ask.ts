import type { MessageCreateParams, MessageParam, ToolResultBlockParam } from '@anthropic-ai/sdk/resources/messages';
import { describeFile, filesIn } from '../files/file-of-block.js';
import { textOf, textsOf } from './block-text.js';
import { splitPrompt } from './split-prompt.js';

/** What a request asks, taken apart. */
export interface Ask {
  system: string;
  /** All that the user said, documents and tool results left out. */
  prompt: string;
  /** The part of the prompt that says what to do. */
  instruction: string;
  /** The texts to answer from: documents, tool results or the rest of the prompt. */
  material: string[];
  /** What it is given and cannot see: PDFs and images, in words. */
  unseen: string[];
  /** The last turn brings tool results. */
  afterTools: boolean;
}

/** Reads a request that has passed the checks. */
export function readAsk(params: Pick<MessageCreateParams, 'messages' | 'system'>): Ask {
  const turns = params.messages.filter(({ role }) => role === 'user');
  const documents: string[] = [];
  const said: string[] = [];
  for (const turn of turns) {
    const { inline, prompt } = readTurn(turn);
    documents.push(...inline);
    if (prompt !== '') said.push(prompt);
  }
  const results = toolResults(params.messages.at(-1)).map((block) => textsOf(block.content).join('\n'));
  const prompt = said.join('\n\n');
  const { instruction, material } =
    documents.length > 0 ? { instruction: prompt, material: documents } : splitPrompt(prompt);
  return {
    system: typeof params.system === 'string' ? params.system : textsOf(params.system).join('\n\n'),
    prompt,
    instruction,
    material: results.length > 0 ? results : material,
    unseen: turns.flatMap(({ content }) => filesIn(content)).map(describeFile),
    afterTools: results.length > 0,
  };
}

/** The last text of a turn asks; documents and the texts before it are what it asks about. */
function readTurn({ content }: MessageParam): { inline: string[]; prompt: string } {
  if (typeof content === 'string') return { inline: [], prompt: content };
  const inline: string[] = [];
  const texts: string[] = [];
  for (const block of content) {
    if (block.type === 'document' || block.type === 'search_result') inline.push(textOf(block));
    else if (block.type === 'text') texts.push(block.text);
  }
  return {
    inline: [...inline, ...texts.slice(0, -1)].filter((text) => text.trim() !== ''),
    prompt: texts.at(-1) ?? '',
  };
}

function toolResults(turn: MessageParam | undefined): ToolResultBlockParam[] {
  if (!turn || turn.role !== 'user' || typeof turn.content === 'string') return [];
  return turn.content.filter((block) => block.type === 'tool_result');
}
