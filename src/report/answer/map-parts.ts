import type { Reported } from '../../contract/reported.js';
import type { AnswerPart } from './parts.js';

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
  const lost = run.branches.filter(({ status, key }) => status !== 'ok' && !answered.some((row) => row.key === key));
  if (answered.length + lost.length === 0) return [];
  const given = columnsOf(answered.map(({ key }) => asked.rows?.[key]));
  const said = columnsOf(answered.map(({ answer }) => answer));
  const hasVotes = answered.some(({ votes }) => votes !== undefined);
  const hasText = answered.some(({ answer }) => fieldsOf(answer) === undefined);
  const columns = [
    'row',
    ...given,
    ...(hasText ? ['answer'] : []),
    ...said,
    ...(hasVotes ? ['votes'] : []),
    ...(lost.length > 0 ? ['status'] : []),
  ];
  const rowOf = ({ key, answer, votes, of, tied }: Row, status: string) => {
    const fields = fieldsOf(answer);
    const cells = [
      key,
      ...given.map((column) => asked.rows?.[key]?.[column]),
      ...(hasText ? [fields === undefined ? answer : undefined] : []),
      ...said.map((column) => fields?.[column]),
      ...(hasVotes ? [votes === undefined ? undefined : `${votes} of ${of}${tied === true ? ', tied' : ''}`] : []),
    ];
    return lost.length > 0 ? [...cells, status] : cells;
  };
  return [
    {
      part: 'table',
      columns,
      rows: [
        ...answered.map((row) => rowOf(row, 'ok')),
        ...lost.map(({ key, status, error }) =>
          rowOf({ key }, error === undefined ? status : `${status}: ${error.message}`),
        ),
      ],
    },
  ];
}

function columnsOf(values: readonly unknown[]): string[] {
  return [...new Set(values.flatMap((value) => Object.keys(fieldsOf(value) ?? {})))];
}

function fieldsOf(value: unknown): Readonly<Record<string, unknown>> | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as Record<string, unknown>)
    : undefined;
}
