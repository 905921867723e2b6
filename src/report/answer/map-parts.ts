import type { Branch } from '../../contract/run.js';
import type { Reported } from '../../contract/reported.js';
import type { AnswerPart } from './parts.js';
import { columnsIn, fieldsOf } from './value-parts.js';

interface Row {
  key: string;
  answer?: unknown;
  votes?: number;
  of?: number;
  tied?: boolean;
}

/** The answers about a table's rows as a table: its columns, then those of the answer, each value in its own. */
export function mapParts({ run, asked }: Reported): AnswerPart[] {
  const answered = Array.isArray(run.output) ? (run.output as Row[]) : [];
  const known = new Set(answered.map(({ key }) => key));
  const ok = new Set<string>();
  const lost = new Map<string, Branch>();
  const places = new Map<string, number>();
  for (const branch of run.branches) {
    const key = rowKey(branch.key, known, asked.rows);
    if (!places.has(key)) places.set(key, branch.index);
    if (branch.status === 'ok') ok.add(key);
    else if (!lost.has(key)) lost.set(key, branch);
  }
  // One good answer is enough for a row. Of others there may be a part, which is not to be built on.
  for (const key of ok) lost.delete(key);
  if (answered.length + lost.size === 0) return [];
  const statusOf = (key: string) => {
    const { status = 'ok', error } = lost.get(key) ?? {};
    return error === undefined ? status : `${status}: ${error.message}`;
  };
  const given = columnsIn(answered.map(({ key }) => asked.rows?.[key]));
  const said = columnsIn(answered.map(({ answer }) => answer));
  const hasVotes = answered.some(({ votes }) => votes !== undefined);
  const hasText = answered.some(({ answer }) => fieldsOf(answer) === undefined);
  const columns = [
    'row',
    ...given,
    ...(hasText ? ['answer'] : []),
    ...said,
    ...(hasVotes ? ['votes'] : []),
    ...(lost.size > 0 ? ['status'] : []),
  ];
  const rowOf = ({ key, answer, votes, of, tied }: Row) => {
    const fields = fieldsOf(answer);
    const cells = [
      key,
      ...given.map((column) => asked.rows?.[key]?.[column]),
      ...(hasText ? [fields === undefined ? answer : undefined] : []),
      ...said.map((column) => fields?.[column]),
      ...(hasVotes ? [votes === undefined ? undefined : `${votes} of ${of}${tied === true ? ', tied' : ''}`] : []),
    ];
    return lost.size > 0 ? [...cells, statusOf(key)] : cells;
  };
  return [
    {
      part: 'table',
      columns,
      rows: [
        ...answered.map((row) => ({ key: row.key, cells: rowOf(row) })),
        ...[...lost.keys()].flatMap((key) => (known.has(key) ? [] : [{ key, cells: rowOf({ key }) }])),
      ]
        .sort((one, other) => (places.get(one.key) ?? 0) - (places.get(other.key) ?? 0))
        .map(({ cells }) => cells),
    },
  ];
}

/** The key of a branch's row: several answers about one row have its key and a number. */
function rowKey(key: string, known: ReadonlySet<string>, rows: Reported['asked']['rows']): string {
  const row = key.replace(/#\d+$/, '');
  const isRow = (name: string) => known.has(name) || (rows !== undefined && Object.hasOwn(rows, name));
  return !isRow(key) && isRow(row) ? row : key;
}
