import type { Agreement } from '../../fold/agreement.js';
import { columnsOf } from './columns-of.js';
import { formatCost } from './amounts.js';
import { line, padded } from './terminal-text.js';
import type { TerminalText } from './terminal-text.js';

/** Most fields that have a line. */
const mostFields = 30;

/** How far the answers of a run over rows agree, as a table: who answered, what it cost, and where they differ. */
export function agreementLines(output: unknown): TerminalText[] {
  const agreement = agreementIn(output);
  if (agreement === undefined) return [];
  const { rows, compared, tied = 0, by, fields = {} } = agreement;
  const names = Object.entries(fields).slice(0, mostFields);
  const width = Math.max(
    0,
    ...[...by.map(({ key }) => key), ...names.map(([name]) => name)].map((key) => columnsOf(key)),
  );
  return [
    ...by.map(
      ({ key, ok, withMost, costUsd }) =>
        line`  ${padded(key, width)}  ${ok.toLocaleString('en')} of ${rows.toLocaleString('en')} ok  ${share(withMost)} with most  ${formatCost(costUsd)}`,
    ),
    ...names.map(([name, same]) => line`  ${padded(name, width)}  the same in ${share(same)} of the rows`),
    line`  agreement ${share(agreement.agreement)}: all say the same, of ${compared.toLocaleString('en')} rows with answers to compare`,
    ...(tied === 0
      ? []
      : [line`  tied ${tied.toLocaleString('en')}: as many say one thing as another, and nobody says what most say`]),
  ];
}

/** The rows of an output in which answers are compared; `undefined` of any other. */
export function comparedRows(output: unknown): readonly unknown[] | undefined {
  if (agreementIn(output) === undefined) return undefined;
  const { rows } = output as { rows?: unknown };
  return Array.isArray(rows) ? rows : [];
}

function agreementIn(output: unknown): Agreement | undefined {
  const { agreement } = (output ?? {}) as { agreement?: unknown };
  return typeof agreement === 'object' && agreement !== null && Array.isArray((agreement as { by?: unknown }).by)
    ? (agreement as Agreement)
    : undefined;
}

function share(part: number | null): string {
  return part === null ? 'n/a' : `${(part * 100).toFixed(1)} %`;
}
