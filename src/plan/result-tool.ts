import type { Stored } from '../contract/stored.js';
import { isInStore } from '../contract/stored.js';
import type { Tool } from '../contract/tool.js';
import type { Turn } from '../contract/model-request.js';

/** Most characters of a result that the model is shown at once, in UTF-16 code units. */
export const shownCharacters = 60_000;

/**
 * The tool by which a model reads on in a result that was shown in part. It names the result by the call's key, never by where it lies:
 * the model is given nothing to guess.
 */
const resultTool: Tool = {
  name: 'read_result',
  description: 'Reads on in the result of an earlier call, where that was shown in part.',
  inputSchema: {
    type: 'object',
    properties: {
      call: { type: 'string', description: 'The call, as the end of its part says.' },
      from: { type: 'integer', minimum: 0, description: 'Character at which to go on.' },
    },
    required: ['call', 'from'],
    additionalProperties: false,
  },
  by: { kind: 'result' },
};

/** Whether a tool of a request is this one, and not one of the user's of that name. */
export function isResultTool({ name, description }: Pick<Tool, 'name' | 'description'>): boolean {
  return name === resultTool.name && description === resultTool.description;
}

/** The tools that the model is offered: `read_result` once there is something to read on in, and no tool of that name. */
export function offeredTools(tools: readonly Tool[], turns: readonly Turn[]): readonly Tool[] {
  if (tools.some(({ name }) => name === resultTool.name)) return tools;
  const isLarge = ({ output, failed }: Turn['results'][number]) =>
    !failed && isInStore(output) && output.bytes > shownCharacters;
  return turns.some(({ results }) => results.some(isLarge)) ? [...tools, resultTool] : tools;
}

/** The result of the call that the input of `read_result` names; `undefined` where there is none. */
export function resultCalled(input: Stored<unknown>, turns: readonly Turn[]): Stored<unknown> | undefined {
  if (isInStore(input)) return undefined;
  const { call } = (typeof input.inline === 'object' && input.inline !== null ? input.inline : {}) as {
    call?: unknown;
  };
  return turns.flatMap(({ results }) => results).find(({ key, failed }) => key === call && !failed)?.output;
}
