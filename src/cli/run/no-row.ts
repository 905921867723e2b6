import { InputError } from '../../contract/errors.js';

/** Characters of a line that are shown. */
const shown = 60;

/** A line that is no row stands for something that is not the command's to overwrite. */
export function noRow(name: string, line: number, text: string): InputError {
  return new InputError(
    `Expected \`${name}\` to be new or to hold the beginning of this run's rows, got ${JSON.stringify(text.trimEnd().slice(0, shown))} in line ${line}.`,
    'Choose another --out, or remove the file: answers that were paid for are in the journal, and free.',
  );
}

/**
 * Whether a line without its line break can be what a crash leaves of a row.
 *
 * @param start what the row begins with
 */
export function isTorn(text: string, start: string): boolean {
  // Some file systems leave NULs where bytes were to be.
  const written = text.replace(/[\0\uFFFD]+$/, '');
  return written.startsWith(start) || start.startsWith(written);
}
