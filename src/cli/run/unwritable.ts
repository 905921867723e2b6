import { FanfoldError } from '../../contract/errors.js';

/**
 * Fails where a file takes no more: its disk is full, or gone. Rows that are written are whole, whatever becomes of the next one.
 *
 * @param again what writes the rest: `the same command`
 */
export function unwritable(name: string, again: string): (error: Error) => never {
  return (error) => {
    throw new FanfoldError(
      'Unwritable',
      `Expected \`${name}\` to take all rows, got ${error.message}.`,
      `The run goes on, and its answers are kept: once there is room, ${again} writes the rest.`,
      error,
    );
  };
}
