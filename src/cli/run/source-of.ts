import { Option } from 'commander';
import type { Command } from 'commander';

import { InputError } from '../../contract/errors.js';
import { modelDefaults } from '../../contract/options.js';
import type { Say } from '../home/session.js';
import { deduplicated } from '../read/deduplicate.js';
import { rowsSource } from '../read/rows-source.js';
import type { Documents, DocumentSource } from '../read/document-source.js';
import { filesSource } from '../read/files-source.js';
import type { Reading } from '../read/read-content.js';
import { skippedLine } from '../read/skipped.js';
import type { World } from '../world.js';
import { addPdfFlag, readingOf } from './pdf-flag.js';
import { collect } from './run-flags.js';

/** The flags that say where documents come from. */
export interface SourceFlags {
  from?: string;
  idField: string;
  textField: string;
  pdf?: string;
  model?: string;
  dedupe?: boolean;
  hidden?: boolean;
  noIgnore?: boolean;
  ignore?: string[];
}

/** Not the opposite of `--ignore`, whatever their names say to commander. */
const takesIgnored = Object.assign(
  new Option('--no-ignore', 'take what .gitignore and .fanfoldignore leave out, and vendored folders, too'),
  { negate: false },
);

export function addSourceFlags(command: Command): Command {
  return addTextSourceFlags(addPdfFlag(command));
}

/** The same for a command that reads text alone. */
export function addTextSourceFlags(command: Command): Command {
  return command
    .option(
      '--from <file>',
      'take the documents from rows of JSON Lines, a JSON array, CSV or TSV, gzip or not, or - for standard input',
    )
    .option('--id-field <name>', 'field of `--from` that names a document', 'id')
    .option('--text-field <name>', 'field of `--from` with its text', 'text')
    .option('--hidden', 'take hidden files and folders, too')
    .addOption(takesIgnored)
    .option('--ignore <pattern>', 'leave out what matches, as a line of .gitignore does; may be repeated', collect);
}

/**
 * Where the documents come from: files, or rows.
 *
 * @param reading what may become of a PDF or an image; as the flags say by default
 * @throws InputError unless it is one of them
 */
export async function sourceOf(
  files: readonly string[],
  flags: SourceFlags,
  world: World,
  say: Say,
  reading?: Reading,
): Promise<DocumentSource> {
  if ((flags.from === undefined) === (files.length === 0)) {
    throw new InputError(`Expected files or \`--from\`, got ${files.length === 0 ? 'neither' : 'both'}.`);
  }
  const { model = modelDefaults.model } = flags;
  const given =
    flags.from === undefined
      ? filesSource(files, flags, reading ?? readingOf(flags, [model]), world)
      : rowsSource(flags.from, flags, world);
  if (flags.dedupe !== true) return given;
  return deduplicated(given, (repeated, all) =>
    say(`${repeated} of ${all} documents are nearly the same as an earlier one.`),
  );
}

/** What a folder has is known before anything is spent on it. */
export function sayTaken({ title, skipped = [] }: DocumentSource, { total, unreadable }: Documents, say: Say): void {
  const unread = unreadable.length === 0 ? '' : `, ${unreadable.length.toLocaleString('en')} of them cannot be read`;
  const left = skipped.length === 0 ? 'nothing is skipped.' : `${skippedLine(skipped)}; \`--dry-run\` lists them.`;
  say(
    `${title}: ${total.toLocaleString('en')} ${total === 1 ? 'document' : 'documents'}${unread}; ${left.replace('Skipped', 'skipped')}`,
  );
}

/** What is not to be expected of how documents were read is said before anything is spent on them. */
export function sayNotes({ notes: { first, total } }: Pick<Documents, 'notes'>, say: Say): void {
  for (const note of first) say(note);
  if (total > first.length)
    say(`And ${(total - first.length).toLocaleString('en')} more PDFs have pages without text.`);
}

export async function* keysOf(source: DocumentSource): AsyncIterable<string> {
  for await (const { key } of source.items()) yield key;
}
