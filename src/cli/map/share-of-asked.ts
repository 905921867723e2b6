import { InputError } from '../../contract/errors.js';
import type { CheckedRows } from './check-rows.js';

/**
 * The share of the rows asked about that must be ok so that so large a share of all rows is.
 *
 * @param atLeast the share of all rows, those that the file has included
 * @param lost rows of the file that are not ok and not asked about
 * @returns 0 where the file has as many already
 * @throws InputError where it cannot be reached, whatever is answered
 */
export function shareOfAsked(
  atLeast: number,
  { total, asked }: Pick<CheckedRows, 'total' | 'asked'>,
  lost: number,
): number {
  if (total === asked) return atLeast;
  const needed = Math.ceil(atLeast * total - 1e-9);
  const missing = needed - (total - asked - lost);
  if (missing > asked) {
    throw new InputError(
      `Expected at least ${needed} of ${total} rows to be ok, as \`at-least\` says, got ${lost} rows of the file that are not and are not asked about.`,
      'Ask again about them, too: `--retry-failed`.',
    );
  }
  return Math.max(0, missing) / asked;
}
