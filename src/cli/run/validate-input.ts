import { basename } from 'node:path';

import { InputError } from '../../contract/errors.js';
import { dialects } from '../../contract/dialects.js';
import { severities } from '../../fold/findings.js';
import { checkNames, maxValidatedBytes } from '../../plan/validate-plan.js';
import type { ValidateInput } from '../../plan/validate-plan.js';
import type { Say } from '../home/session.js';
import { placeOfFile } from '../read/file-place.js';
import { namesIn } from '../read/names-in.js';
import { parseChoice } from '../read/numbers.js';
import { checkPatterns, readChecks } from '../read/read-checks.js';
import { readDocument } from '../read/read-document.js';
import { readSources } from '../read/read-sources.js';
import { readWords } from '../read/read-words.js';
import { findingFormats } from '../show/print-findings.js';
import type { World } from '../world.js';
import { runOptions } from './run-flags.js';
import type { RunFlags } from './run-flags.js';
import type { SourceFlags } from './source-of.js';

export interface ValidateFlags extends RunFlags, Omit<SourceFlags, 'pdf'> {
  checks?: string;
  checksFile?: string;
  dialect?: string;
  words?: string;
  tone?: string;
  reference: string[];
  sources?: string;
  sourcesFile?: string;
  query?: string;
  fix?: boolean;
}

/**
 * What the flags ask for.
 *
 * @throws InputError where they cannot be meant
 */
export async function readValidation(flags: ValidateFlags, world: World) {
  if (flags.fix === true && flags.format === 'sarif') {
    throw new InputError('Expected `--fix` or `--format sarif`, got both: a SARIF log has its fixes.');
  }
  if (flags.format !== undefined) parseChoice(flags.format, 'format', findingFormats);
  if (flags.failOn !== undefined) parseChoice(flags.failOn, 'fail-on', severities);
  const own = flags.checksFile === undefined ? [] : await readChecks(flags.checksFile, world);
  const names = namesIn(flags.checks) ?? [...checkNames, ...own.map(({ name }) => name)];
  const checks = names.map((name) => own.find((each) => each.name === name) ?? name);
  const { tone } = flags;
  const dialect = flags.dialect === undefined ? undefined : parseChoice(flags.dialect, 'dialect', dialects);
  const words = flags.words === undefined ? [] : await readWords(flags.words, world);
  const sources =
    flags.sources === undefined && flags.sourcesFile === undefined
      ? undefined
      : await readSources(namesIn(flags.sources), flags.sourcesFile, world);
  return {
    ...runOptions(flags),
    checks,
    localGrammar: true,
    ...(tone !== undefined && { tone }),
    ...(dialect !== undefined && { dialect }),
    ...(words.length > 0 && { words }),
    ...(sources !== undefined && { sources }),
    ...(flags.query !== undefined && { query: flags.query }),
  };
}

/**
 * The text, where its file is found, and what it is held against.
 *
 * @throws InputError where one cannot be read or patched, the text is too large, or a pattern of the checks is none
 */
export async function readTexts(
  file: string,
  { reference: given, fix }: Pick<ValidateFlags, 'reference' | 'fix'>,
  checks: NonNullable<ValidateInput['checks']>,
  world: World,
  say: Say,
) {
  // Findings quote the text, so that pages and images without one cannot be checked.
  const { text, title, note, readAs } = await readDocument(file, world);
  if (note !== undefined) say(note);
  const place = await placeOfFile(file, text, world);
  if (fix === true && !place.isOwnText) {
    throw new InputError(
      `Expected a text in UTF-8 where there is \`--fix\`, got \`${file}\`: the text that is checked is taken out of it, and a patch of that does not fit the file.`,
      'Validate it without `--fix`; only text files in UTF-8 are patched.',
    );
  }
  if (Buffer.byteLength(text) > maxValidatedBytes) {
    throw new InputError(
      `Expected a text of at most ${maxValidatedBytes} bytes, got ${Buffer.byteLength(text)}.`,
      'Validate it in parts.',
    );
  }
  await checkPatterns(
    checks.filter((check) => typeof check !== 'string'),
    text,
  );
  const references = await readReferences(given, world, say);
  const read = [{ key: title, as: readAs }, ...references.map((each) => ({ key: each.name, as: each.readAs }))];
  return { text, title, place, references, read };
}

/**
 * What texts are held against.
 *
 * @throws InputError where one cannot be read
 */
export function readReferences(paths: readonly string[], world: World, say: Say) {
  return Promise.all(
    paths.map(async (path) => {
      const { text, note, readAs } = await readDocument(path, world);
      if (note !== undefined) say(note);
      return { name: basename(path), text, readAs };
    }),
  );
}
