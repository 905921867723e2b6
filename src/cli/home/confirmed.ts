import { createInterface } from 'node:readline/promises';

import { InputError } from '../../contract/errors.js';
import type { World } from '../world.js';

/**
 * Asks at the terminal, and takes nothing but yes for a yes.
 *
 * @throws InputError where there is no terminal to ask at
 */
export async function confirmed(question: string, advice: string, world: World): Promise<boolean> {
  if (world.stdin.isTTY !== true) {
    throw new InputError('Expected `--yes`, or a terminal to ask at, got neither.', advice);
  }
  const asking = createInterface({ input: world.stdin, output: world.stderr.stream });
  try {
    return /^y(es)?$/i.test((await asking.question(`${question} [y/N] `)).trim());
  } finally {
    asking.close();
  }
}
