import type { Command } from 'commander';

import { parseChoice } from '../read/numbers.js';
import { pdfModes } from '../read/read-content.js';
import type { Reading } from '../read/read-content.js';

/** How PDFs are read, for commands that read documents. */
export function addPdfFlag(command: Command): Command {
  return command.option(
    '--pdf <how>',
    'PDFs as `text`, or as their `pages`, text and pictures; `auto`: as text where every page has a text layer, as pages otherwise',
    'auto',
  );
}

/**
 * What may become of the documents of a command.
 *
 * @param models that are going to read them
 * @throws InputError for a value of `--pdf` that is none
 */
export function readingOf({ pdf = 'auto' }: { pdf?: string }, models: readonly string[]): Reading {
  return { pdf: parseChoice(pdf, 'pdf', pdfModes), models };
}
