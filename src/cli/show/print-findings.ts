import type { Finding, Severity } from '../../fold/findings.js';
import { countedFindings, revise, saysQuote, severities } from '../../fold/findings.js';
import type { Run } from '../../contract/run.js';
import { packageVersion } from '../package-version.js';
import type { FilePlace } from '../read/file-place.js';
import { counted } from '../read/numbers.js';
import { gitPatch } from './git-patch.js';
import type { RunFlags } from '../run/run-flags.js';
import { quotedChange, widestQuote } from './quoted-change.js';
import { exactly, json, line, lines, terminalLine } from './terminal-text.js';
import type { TerminalText } from './terminal-text.js';
import type { Screen } from '../world.js';

/** How findings can be printed beside `--json`. */
export const findingFormats = ['text', 'sarif'] as const;

/** The findings of a run of `validate`: a line for each as compilers print them, or a SARIF log. */
export function findingsText(
  run: Pick<Run, 'output' | 'coverage'>,
  { format, file = 'text', place, places }: RunFlags,
  screen: Pick<Screen, 'isTerminal'>,
): TerminalText {
  const { findings, unplaced, fix } = outputOf(run);
  // `patch` has to find its lines as they are.
  if (fix !== undefined) return exactly(fix.diff, screen);
  const only = place ?? { uri: encodeURIComponent(file), isOwnText: true };
  if (format === 'sarif') {
    return json(
      sarif(findings, run.coverage, (key) => (key === undefined ? only : (places?.of(key) ?? unplacedFile(key)))),
      2,
    );
  }
  const rows = findings.flatMap((finding) => {
    const { file: of = file, line: row, column, severity, check, message } = finding;
    return [
      line`${of}:${row}:${column}: ${severity}: ${terminalLine(message, 300)} [${check}]`,
      ...quoteLines(finding),
    ];
  });
  const files = new Set(findings.flatMap(({ file: of }) => of ?? [])).size;
  const where = files === 0 ? '' : ` in ${files} ${files === 1 ? 'file' : 'files'}`;
  const taken =
    place?.isOwnText === false ? [line`Lines and columns are those of the text that was taken out of ${file}.`] : [];
  return lines([...rows, countedFindings({ findings, unplaced }, run.coverage, where), ...taken, '']);
}

/** What is quoted, and what should stand there; nothing where the message has said it. */
function quoteLines(finding: Finding): TerminalText[] {
  const { quote, suggestion } = finding;
  if (saysQuote(finding)) return [];
  if (suggestion === undefined) return [line`    ${terminalLine(quote, widestQuote)}`];
  const [before, after] = quotedChange(quote, suggestion);
  return [line`    ${terminalLine(before, widestQuote)} → ${terminalLine(after, widestQuote)}`];
}

/** Whether a finding is at least as grave; never where no severity is given. */
export function hasFindings(run: Pick<Run, 'output' | 'kind'>, severity: string | undefined): boolean {
  if (severity === undefined || run.kind !== 'validate') return false;
  const least = severities.indexOf(severity as Severity);
  return outputOf(run).findings.some((finding) => severities.indexOf(finding.severity) <= least);
}

interface Fix {
  /** A unified diff; empty where nothing is suggested. */
  diff: string;
  /** Sure suggestions that are in it, and findings that are not. */
  applied: number;
  left: number;
  /** Of several files: those that have changed since they were read, and are left out. */
  changed?: string[];
}

/** The run, with the patch that its findings come to where one is wanted. */
export async function withFix(run: Run, { fix, fixOf, file = 'text', place, places }: RunFlags): Promise<Run> {
  if (run.kind !== 'validate') return run;
  if (fix === true && places !== undefined) {
    const patch: Fix = await places.patch(outputOf(run).findings);
    return { ...run, output: { ...outputOf(run), fix: patch } };
  }
  if (fixOf === undefined) return run;
  const { text, applied, left } = revise(fixOf, outputOf(run).findings);
  const { path = file, before = '' } = place ?? {};
  const diff = applied === 0 ? '' : gitPatch(path, before + fixOf, before + text);
  return { ...run, output: { ...outputOf(run), fix: { diff, applied, left } satisfies Fix } };
}

function isOrAre(count: number): string {
  return count === 1 ? 'is' : 'are';
}

/** What became of the suggestions, where a patch was asked for. */
export function fixLines(run: Pick<Run, 'output' | 'kind'>): string[] {
  const fix = run.kind === 'validate' ? outputOf(run).fix : undefined;
  if (fix === undefined) return [];
  return [
    `  patch: ${counted(fix.applied, 'sure suggestion')} ${isOrAre(fix.applied)} in it, ${counted(fix.left, 'finding')} ${isOrAre(fix.left)} not; without --fix ${fix.left === 1 ? 'it is' : 'they are'} listed`,
    ...(fix.changed ?? []).map((file) => `  ${file} has changed since it was read, and is not patched`),
  ];
}

function outputOf({ output }: Pick<Run, 'output'>): { findings: Finding[]; unplaced: number; fix?: Fix } {
  const { findings = [], unplaced = 0, fix } = (output ?? {}) as { findings?: Finding[]; unplaced?: number; fix?: Fix };
  return { findings, unplaced, ...(fix && { fix }) };
}

/** A file of a run that another command has started: what its text was taken out of is not known. */
function unplacedFile(key: string): Pick<FilePlace, 'uri' | 'isOwnText'> {
  return { uri: key.split('/').map(encodeURIComponent).join('/'), isOwnText: false };
}

const levels: Record<Severity, string> = { error: 'error', warning: 'warning', info: 'note' };

/** SARIF 2.1.0 (https://docs.oasis-open.org/sarif/sarif/v2.1.0/), with what code hosts read of it. */
function sarif(
  findings: readonly Finding[],
  { ok, total }: Run['coverage'],
  placeOf: (file: string | undefined) => Pick<FilePlace, 'uri' | 'isOwnText'>,
): object {
  const rules = [...new Set(findings.map(({ check }) => check))].map((id) => ({ id }));
  const results = findings.map(({ file, check, severity, message, suggestion, sure = false, quote, line, column }) => {
    const { uri, isOwnText } = placeOf(file);
    const rows = quote.split('\n');
    const region = {
      startLine: line,
      startColumn: column,
      endLine: line + rows.length - 1,
      endColumn: (rows.length === 1 ? column : 1) + (rows.at(-1)?.length ?? 0),
    };
    const artifactLocation = { uri };
    const isFix = suggestion !== undefined && sure && isOwnText;
    return {
      ruleId: check,
      level: levels[severity],
      message: {
        text: `${message}${isOwnText ? '' : ` In: ${quote}`}${suggestion === undefined || isFix ? '' : ` Perhaps: ${suggestion}`}`,
      },
      // Lines of what was taken out of HTML or a PDF are not lines of the file.
      locations: [
        {
          physicalLocation: {
            artifactLocation,
            ...(isOwnText && { region: { ...region, snippet: { text: quote } } }),
          },
        },
      ],
      ...(isFix && {
        fixes: [
          {
            description: { text: suggestion },
            artifactChanges: [
              { artifactLocation, replacements: [{ deletedRegion: region, insertedContent: { text: suggestion } }] },
            ],
          },
        ],
      }),
    };
  });
  return {
    $schema: 'https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json',
    version: '2.1.0',
    runs: [
      {
        tool: { driver: { name: 'fanfold', semanticVersion: packageVersion(), rules } },
        // No results of checks that have not come to their end must not look like a clean text.
        ...(ok < total && { invocations: [{ executionSuccessful: false }] }),
        columnKind: 'utf16CodeUnits',
        results,
      },
    ],
  };
}
