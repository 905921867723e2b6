import { basename } from 'node:path';

import type { Command } from 'commander';

import { placeDocument, placeValue, startRun } from '../../client/index.js';
import { InputError } from '../../contract/errors.js';
import type { ExitCode } from '../../contract/exit-codes.js';
import { dialects } from '../../contract/dialects.js';
import { severities } from '../../fold/findings.js';
import {
  checkNames,
  defaultTone,
  maxValidatedBytes,
  mostFoundCharacters,
  planValidate,
} from '../../plan/validate-plan.js';
import type { ValidateInput } from '../../plan/validate-plan.js';
import { markdownLine } from '../../contract/visible-text.js';
import { budgetOf } from '../run/budget-of.js';
import { conductRun } from '../run/conduct-run.js';
import { dryRun } from '../run/dry-run.js';
import { parseChoice } from '../read/numbers.js';
import { findingFormats } from '../show/print-findings.js';
import { placeOfFile } from '../read/file-place.js';
import { checkPatterns, readChecks } from '../read/read-checks.js';
import { readSources } from '../read/read-sources.js';
import { readWords } from '../read/read-words.js';
import { readDocument } from '../read/read-document.js';
import { registerOwn } from '../home/register-own.js';
import { addRunFlags, collect, runOptions } from '../run/run-flags.js';
import type { RunFlags } from '../run/run-flags.js';
import type { World } from '../world.js';
import { namesIn } from '../read/names-in.js';

interface ValidateFlags extends RunFlags {
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

export function validateCommand(program: Command, world: World, done: (code: ExitCode) => void): void {
  const command = program
    .command('validate')
    .description('several checks read one text at once; one list of findings, in the order of the text')
    .argument('<file>', 'text document, or - for standard input')
    .option(
      '--checks <names>',
      `comma-separated: ${checkNames.join(', ')}, and names of \`--checks-file\`; all by default`,
    )
    .option('--checks-file <file>', 'checks of your own in YAML: a criterion in words, or a pattern')
    .option(
      '--dialect <name>',
      `of English, for \`grammar\`: ${dialects.join(', ')}; as it shows in the text by default`,
    )
    .option('--words <file>', 'words that are right for `grammar`, one a line')
    .option('--tone <words>', 'what `tone` looks for', defaultTone)
    .option('--reference <file>', 'what `facts` holds the text against, once or several times', collect, [])
    .option('--sources <names>', 'sources that `facts` holds the text against as well, as for `gather`')
    .option('--sources-file <file>', 'sources of your own in YAML')
    .option('--query <text>', 'what the sources are searched for; the beginning of the text by default')
    .option('--fix', 'print what the findings suggest and are sure of as a patch for `git apply`; nothing is written')
    .option('--format <format>', `how findings are printed: ${findingFormats.join(', ')}`, 'text')
    .option('--fail-on <severity>', `exit 1 where a finding is at least as grave: ${severities.join(', ')}`);
  addRunFlags(command).action(async (file: string, flags: ValidateFlags) => {
    done(await validate(file, flags, world));
  });
}

async function validate(file: string, flags: ValidateFlags, world: World): Promise<ExitCode> {
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
  const options = {
    ...runOptions(flags),
    checks,
    localGrammar: true,
    ...(tone !== undefined && { tone }),
    ...(dialect !== undefined && { dialect }),
    ...(words.length > 0 && { words }),
    ...(sources !== undefined && { sources }),
    ...(flags.query !== undefined && { query: flags.query }),
  };
  // Flags are checked before a byte is read.
  planValidate({ ...options, text: '', document: { inline: '' } });
  const { text, title } = await readDocument(file, world);
  const place = await placeOfFile(file, text, world);
  if (flags.fix === true && !place.isOwnText) {
    throw new InputError(
      `Expected a text in UTF-8 where there is \`--fix\`, got \`${file}\`: the text that is checked is taken out of it, and a patch of that does not fit the file.`,
      'Validate it without `--fix`; HTML, PDF and other encodings are not patched.',
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
  const references = await Promise.all(
    flags.reference.map(async (path) => ({ name: basename(path), text: (await readDocument(path, world)).text })),
  );
  const inline = references.map(({ name, text: reference }) => ({ name, text: { inline: reference } }));
  const plan = planValidate({ ...options, text, document: { inline: text }, references: inline });
  // Parts of a prompt are counted as what they will be put together to.
  const asked = {
    ...plan.asked,
    branches: plan.asked.branches.map((branch) => inOnePiece(branch, sources !== undefined)),
  };
  if (flags.dryRun) return dryRun(asked, text, flags, world);
  const { budget } = await budgetOf(asked, text, flags, world);
  // Patterns cost nothing, and need no key.
  const asksModel = plan.asked.branches.length > 0;
  const { offline, policy } = plan.asked;
  const need = { offline: offline || !asksModel, asksModel, concurrency: policy.concurrency };
  return conductRun(
    need,
    { ...flags, file: file === '-' ? 'stdin' : file, place, ...(flags.fix === true && { fixOf: text }) },
    world,
    async ({ client, store, searchable }) => {
      await registerOwn({ sources }, world);
      const input: ValidateInput = {
        ...options,
        ...(budget && {
          budget: {
            ...budget,
            boundsUsd: [...budget.boundsUsd, ...plan.keys.slice(budget.boundsUsd.length).map(() => 0)],
          },
        }),
        text,
        document: await placeDocument(text, store),
        ...(references.length > 0 && {
          references: await Promise.all(
            references.map(async ({ name, text: reference }) => ({ name, text: await placeValue(reference, store) })),
          ),
        }),
        title,
        searchable,
      };
      return startRun(client, {
        kind: 'validate',
        input,
        ...(flags.id !== undefined && { workflowId: flags.id }),
        summary: `${title}: ${plan.keys.join(', ')}`,
        details: `**${plan.keys.length} checks** on ${markdownLine(title)} (${text.length.toLocaleString('en')} characters): ${markdownLine(plan.keys.join(', '))}.`,
      });
    },
  );
}

type Asked = ReturnType<typeof planValidate>['asked']['branches'][number];

function inOnePiece({ key, request: { promptParts, ...request } }: Asked, hasSources: boolean): Asked {
  const parts = (promptParts ?? [request.prompt]).map((part) =>
    typeof part === 'string' ? part : 'inline' in part.value ? String(part.value.inline) : '',
  );
  // What sources will find is not known yet, but how much of it there may be.
  if (key === 'facts' && hasSources) parts.push('x '.repeat(mostFoundCharacters / 2));
  return { key, request: { ...request, prompt: parts.join('') } };
}
