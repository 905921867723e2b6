import { ballotOf, vote } from './vote.js';

/** Whether several answers about one row say the same: without regard to case, and to space and punctuation around a text. */
export interface RowAgreement {
  /** Whether all of them say the same. */
  agree: boolean;
  /** Of structured answers: the same, field by field, in the order in which the fields first stand. */
  fields?: { [field: string]: boolean };
}

/**
 * Compares the answers about one row.
 *
 * @param answers those that are ok
 * @returns `undefined` where there are fewer than two: there is nothing to compare
 */
export function agreementOn(answers: readonly unknown[]): RowAgreement | undefined {
  if (answers.length < 2) return undefined;
  if (!answers.every(isObject)) return { agree: isSame(answers.map((answer) => sayingOf(answer))) };
  const names = [...new Set(answers.flatMap((answer) => Object.keys(answer)))];
  const fields = names.map((name): [string, boolean] => [
    name,
    isSame(answers.map((answer) => (Object.hasOwn(answer, name) ? sayingOf(answer[name]) : ''))),
  ]);
  return { agree: fields.every(([, same]) => same), fields: Object.fromEntries(fields) };
}

/** One answer about a row, by who gave it. */
export interface Said {
  by: string;
  /** The answer; absent where there is none that is ok. */
  answer?: unknown;
  /** US dollars; `null` where the price is not known. */
  costUsd: number | null;
}

/** How far answers about many rows agree. */
export interface Agreement {
  rows: number;
  /** Rows that have at least two answers to compare. */
  compared: number;
  /** Share of the rows compared on which all answers say the same; `null` where none was. */
  agreement: number | null;
  /** Rows compared on which there is no most: as many say something else. Absent of runs of an earlier version. */
  tied?: number;
  /** The same for each field of structured answers. */
  fields?: { [field: string]: number };
  by: AgreementOfOne[];
}

/** One of those who answer. */
export interface AgreementOfOne {
  key: string;
  /** Answers that are ok. */
  ok: number;
  /** Share of the rows compared, where it answered, on which it says what most say; on one that is tied nobody does. `null` where none was. */
  withMost: number | null;
  costUsd: number | null;
}

/**
 * Adds up how far answers agree, row by row.
 *
 * Agreement-1. It keeps counts, and no answers.
 */
export class AgreementSum {
  #rows = 0;
  #compared = 0;
  #agreed = 0;
  #tied = 0;
  readonly #fields = new Map<string, { compared: number; agreed: number }>();
  readonly #by: Map<string, { ok: number; compared: number; withMost: number; costUsd: number | null }>;

  /** @param keys of those who answer, in their order */
  constructor(keys: readonly string[]) {
    this.#by = new Map(keys.map((key) => [key, { ok: 0, compared: 0, withMost: 0, costUsd: 0 }]));
  }

  add(row: readonly Said[]): void {
    this.#rows += 1;
    for (const { by, answer, costUsd } of row) {
      const sum = this.#by.get(by);
      if (sum === undefined) continue;
      if (answer !== undefined) sum.ok += 1;
      sum.costUsd = sum.costUsd === null || costUsd === null ? null : sum.costUsd + costUsd;
    }
    const said = row.filter(({ answer }) => answer !== undefined);
    const same = agreementOn(said.map(({ answer }) => answer));
    if (same === undefined) return;
    this.#compared += 1;
    if (same.agree) this.#agreed += 1;
    for (const [name, agrees] of Object.entries(same.fields ?? {})) {
      const { compared, agreed } = this.#fields.get(name) ?? { compared: 0, agreed: 0 };
      this.#fields.set(name, { compared: compared + 1, agreed: agreed + (agrees ? 1 : 0) });
    }
    const ballots = said.map(({ answer }) => sayingOf(answer));
    const most = vote(ballots);
    if (most?.tied === true) this.#tied += 1;
    for (const [at, { by }] of said.entries()) {
      const sum = this.#by.get(by);
      if (sum === undefined) continue;
      sum.compared += 1;
      if (most?.tied === false && ballots[at] === most.value) sum.withMost += 1;
    }
  }

  get agreement(): Agreement {
    const fields = [...this.#fields].map(([name, { compared, agreed }]): [string, number] => [name, agreed / compared]);
    return {
      rows: this.#rows,
      compared: this.#compared,
      agreement: shareOf(this.#agreed, this.#compared),
      tied: this.#tied,
      ...(fields.length > 0 && { fields: Object.fromEntries(fields) }),
      by: [...this.#by].map(([key, { ok, compared, withMost, costUsd }]) => ({
        key,
        ok,
        withMost: shareOf(withMost, compared),
        costUsd,
      })),
    };
  }
}

function shareOf(part: number, whole: number): number | null {
  return whole === 0 ? null : part / whole;
}

function isSame(sayings: readonly string[]): boolean {
  return sayings.every((saying) => saying === sayings[0]);
}

/** What an answer says, whatever the order of its fields. */
function sayingOf(value: unknown): string {
  if (typeof value === 'string') return ballotOf(value);
  if (Array.isArray(value)) return JSON.stringify(value.map((each) => sayingOf(each)));
  if (!isObject(value)) return JSON.stringify(value) ?? '';
  const names = Object.keys(value).toSorted();
  return JSON.stringify(names.map((name) => [name, sayingOf(value[name])]));
}

function isObject(value: unknown): value is { [name: string]: unknown } {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
