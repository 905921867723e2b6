import type { MessageCreateParams, Tool } from '@anthropic-ai/sdk/resources/messages';
import type { Ask } from '../ask/ask.js';
import { valueFor } from './schema-value.js';
import { wordsOf } from './structured-answer.js';
import { TaskWords } from './task-words.js';
import { stems, topicOf } from './words.js';

const mostAtOnce = 3;

/**
 * The tools to call: those whose name or description share words with the task, several at once. None where tool results
 * have come back already, unless `tool_choice` forces it.
 */
export function chooseTools(
  { tools = [], tool_choice: choice = { type: 'auto' } }: MessageCreateParams,
  ask: Ask,
): { name: string; input: unknown }[] {
  const usable = tools.filter((tool): tool is Tool => 'input_schema' in tool);
  const most = 'disable_parallel_tool_use' in choice && choice.disable_parallel_tool_use ? 1 : mostAtOnce;
  const call = (tool: Tool) => ({
    name: tool.name,
    input: valueFor(tool.input_schema, new TaskWords(ask.prompt), false),
  });
  switch (choice.type) {
    case 'none':
      return [];
    case 'tool':
      return usable.filter(({ name }) => name === choice.name).map(call);
    case 'any':
      return rank(usable, ask.instruction)
        .slice(0, Math.min(1, most))
        .map(({ tool }) => call(tool));
    case 'auto':
      return ask.afterTools
        ? []
        : fitting(rank(usable, ask.instruction))
            .slice(0, most)
            .map(({ tool }) => call(tool));
  }
}

interface RankedTool {
  tool: Tool;
  score: number;
}

function rank(tools: readonly Tool[], task: string): RankedTool[] {
  const topic = topicOf(task);
  return tools
    .map((tool) => {
      const name = new Set(stems(wordsOf({ name: tool.name, description: '' })));
      const description = new Set(stems(tool.description ?? ''));
      // A name says more than a description.
      const score = topic.reduce((sum, word) => sum + (name.has(word) ? 2 : 0) + (description.has(word) ? 1 : 0), 0);
      return { tool, score };
    })
    .sort((left, right) => right.score - left.score);
}

function fitting(ranked: readonly RankedTool[]): RankedTool[] {
  const best = ranked[0]?.score ?? 0;
  return ranked.filter(({ score }) => score > 0 && score * 2 >= best);
}
