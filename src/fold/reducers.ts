import type { Contradiction, Written } from '../contract/run-result.js';
import { vote } from './vote.js';

/** Reducers of the values of one key, in the order of its writers. */
export const reducerNames = [
  'keyed',
  'first',
  'last',
  'concat',
  'union',
  'sum',
  'min',
  'max',
  'majority',
  'deep',
] as const;
/** How one value is made of those that several branches wrote under one key of a graph. */
export type ReducerName = (typeof reducerNames)[number];

const reducers: Record<ReducerName, (written: readonly Written[]) => unknown> = {
  keyed: (written) => Object.fromEntries(written.map(({ by, value }) => [by, value])),
  first: ([first]) => first?.value,
  last: (written) => written.at(-1)?.value,
  concat: (written) =>
    written.every(({ value }) => typeof value === 'string')
      ? written.map(({ value }) => value).join('\n\n')
      : written.flatMap(({ value }) => value),
  union: (written) => unique(written.flatMap(({ value }) => value)),
  sum: (written) => written.reduce((sum, { value }) => sum + Number(value), 0),
  min: (written) => Math.min(...written.map(({ value }) => Number(value))),
  max: (written) => Math.max(...written.map(({ value }) => Number(value))),
  majority: (written) => vote(written.map(({ value }) => value))?.value,
  deep: (written) => written.map(({ value }) => value).reduce(merge),
};

/** The types that a reducer takes, as JSON Schema calls them; any, where it is not listed. */
export const takes: Partial<Record<ReducerName, readonly string[]>> = {
  sum: ['number', 'integer'],
  min: ['number', 'integer'],
  max: ['number', 'integer'],
  concat: ['string', 'array'],
  deep: ['object'],
};

export function isReducerName(name: unknown): name is ReducerName {
  return reducerNames.includes(name as ReducerName);
}

/** The one value of a key; `undefined` where nobody has written it. */
export function reduce(reducer: ReducerName | undefined, written: readonly Written[]): unknown {
  if (written.length === 0) return undefined;
  return reducer === undefined ? written.at(-1)?.value : reducers[reducer](written);
}

/** The contradiction where values differ and the reducer takes one of them; none otherwise. */
export function contradictionOf(
  key: string,
  reducer: ReducerName | undefined,
  written: readonly Written[],
): Contradiction | undefined {
  const oneWins = reducer === undefined || ['first', 'last', 'majority', 'min', 'max'].includes(reducer);
  return oneWins && unique(written.map(({ value }) => value)).length > 1 ? { key, said: [...written] } : undefined;
}

function unique(values: readonly unknown[]): unknown[] {
  const seen = new Set<string>();
  return values.filter((value) => {
    const json = JSON.stringify(value);
    if (seen.has(json)) return false;
    seen.add(json);
    return true;
  });
}

function merge(left: unknown, right: unknown): unknown {
  if (Array.isArray(left) && Array.isArray(right)) return [...left, ...(right as unknown[])];
  if (!isObject(left) || !isObject(right)) return right;
  const names = [...new Set([...Object.keys(left), ...Object.keys(right)])];
  return Object.fromEntries(
    names.map((name) => [
      name,
      Object.hasOwn(left, name) && Object.hasOwn(right, name)
        ? merge(left[name], right[name])
        : Object.hasOwn(right, name)
          ? right[name]
          : left[name],
    ]),
  );
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
