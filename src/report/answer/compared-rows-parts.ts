import type { Reported } from '../../contract/reported.js';
import type { Agreement } from '../../fold/agreement.js';
import type { AnswerPart } from './parts.js';
import { costOf, numberOf } from './texts.js';
import { columnsIn, fieldsOf } from './value-parts.js';

interface ComparedRow {
  key: string;
  answer?: Readonly<Record<string, unknown>>;
  agree?: boolean;
  fields?: Readonly<Record<string, boolean>>;
}

/**
 * Answers that were compared over the rows of a table: how far they agree, then a table with a line for each row, and a column for each that
 * answers; `undefined` of a comparison about one text.
 */
export function comparedRowsParts({ run, asked }: Reported): AnswerPart[] | undefined {
  const { rows, agreement } = (run.output ?? {}) as { rows?: readonly ComparedRow[]; agreement?: Agreement };
  if (rows === undefined || agreement === undefined) return undefined;
  const ways = agreement.by.map(({ key }) => key);
  // Of names that end alike, the longest is the one that is meant.
  const longestFirst = ways.toSorted((one, other) => other.length - one.length);
  const answered = new Map(rows.map((row) => [row.key, row]));
  const all = new Map<string, ComparedRow>();
  const lost = new Map<string, string[]>();
  for (const { key, status, error } of run.branches) {
    const way = longestFirst.find((each) => key.endsWith(`/${each}`));
    if (way === undefined) continue;
    const row = key.slice(0, -way.length - 1);
    all.set(row, answered.get(row) ?? { key: row });
    if (status === 'ok') continue;
    lost.set(row, [...(lost.get(row) ?? []), `${way} ${status}${error === undefined ? '' : `: ${error.message}`}`]);
  }
  const given = columnsIn(rows.map(({ key }) => asked.rows?.[key]));
  const hasLost = lost.size > 0;
  const tableRow = ({ key, answer, agree, fields }: ComparedRow) => [
    key,
    ...given.map((column) => asked.rows?.[key]?.[column]),
    ...ways.map((way) => saying(answer?.[way])),
    agree === undefined ? undefined : agree ? 'same' : (differing(fields) ?? 'differ'),
    ...(hasLost ? [lost.get(key)?.join('; ')] : []),
  ];
  return [
    ...agreementParts(agreement),
    {
      part: 'table',
      columns: ['row', ...given, ...ways, 'agreement', ...(hasLost ? ['not ok'] : [])],
      rows: [...all.values()].map((row) => tableRow(row)),
    },
  ];
}

function agreementParts({ rows, compared, agreement, tied = 0, fields = {}, by }: Agreement): AnswerPart[] {
  const same = Object.entries(fields).map(([name, each]) => `${name} ${share(each)}`);
  return [
    {
      part: 'table',
      columns: ['answered by', 'ok', 'says what most say', 'cost'],
      rows: by.map(({ key, ok, withMost, costUsd }) => [
        key,
        `${numberOf(ok)} of ${numberOf(rows)}`,
        share(withMost),
        costOf(costUsd),
      ]),
    },
    {
      part: 'note',
      text: `All say the same in ${share(agreement)} of ${numberOf(compared)} rows with answers to compare${same.length === 0 ? '' : `; by field: ${same.join(', ')}`}.${tied === 0 ? '' : ` ${numberOf(tied)} ${tied === 1 ? 'is' : 'are'} tied: as many say one thing as another, and nobody says what most say.`}`,
      tone: 'plain',
    },
  ];
}

/** The fields in which structured answers differ. */
function differing(fields: ComparedRow['fields']): string | undefined {
  const names = Object.entries(fields ?? {}).flatMap(([name, same]) => (same ? [] : [name]));
  return names.length === 0 ? undefined : `differ in ${names.join(', ')}`;
}

/** An answer in one cell: of a structured one its fields by name. */
function saying(answer: unknown): unknown {
  const fields = fieldsOf(answer);
  if (fields === undefined) return answer;
  return Object.entries(fields)
    .map(([name, value]) => `${name}: ${typeof value === 'string' ? value : JSON.stringify(value)}`)
    .join(' · ');
}

function share(part: number | null): string {
  return part === null ? 'n/a' : `${(part * 100).toFixed(1)} %`;
}
