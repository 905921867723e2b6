import type { Tool } from '../../src/contract/tool.js';
import { fitsOf } from '../../src/model/call/schema-fit.js';
import type { PatternHost } from '../../src/model/call/schema-fit.js';
import { toolFailure, uncheckedInput } from './tool-failure.js';

/**
 * Holds what the model gave against the tool's schema, to which the API holds it not.
 *
 * @throws ApplicationFailure `ToolFailed` where it does not fit, `TimedOut` where nobody knows
 */
export async function checkInput({ name, inputSchema, by }: Tool, input: unknown, host: PatternHost): Promise<void> {
  // A module's own schema knows more than what of it can be said in JSON.
  if (by.kind === 'registered') return;
  const fit = await fitOf(name, inputSchema, host)(input);
  if ('unchecked' in fit) throw uncheckedInput(name, fit.unchecked);
  if (fit.misfit !== undefined) throw toolFailure(`The input of \`${name}\` does not fit, ${fit.misfit}.`);
}

function fitOf(name: string, schema: Tool['inputSchema'], host: PatternHost): ReturnType<typeof fitsOf> {
  try {
    return fitsOf(schema, host);
  } catch (error) {
    throw toolFailure(`What \`${name}\` takes cannot be checked: ${(error as Error).message}`);
  }
}
