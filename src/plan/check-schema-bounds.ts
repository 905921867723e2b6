import type { JsonSchema } from '../contract/json-schema.js';
import { compilePattern, patternFlags } from '../contract/json-pattern.js';

/** A keyword whose value cannot be meant. */
export interface BoundProblem {
  keyword: string;
  problem: string;
  advice?: string;
}

type Kind = readonly [expected: string, isOne: (value: unknown) => boolean];

const count: Kind = ['a whole number, 0 or more', (value) => Number.isSafeInteger(value) && (value as number) >= 0];
const number: Kind = ['a number', (value) => Number.isFinite(value)];
const text: Kind = ['a text', (value) => typeof value === 'string'];
const flag: Kind = ['true or false', (value) => typeof value === 'boolean'];

const names: Kind = [
  'a list of different names',
  (value) =>
    Array.isArray(value) && value.every((name) => typeof name === 'string') && new Set(value).size === value.length,
];

/** What the value of each keyword is. */
const kinds: Readonly<Record<string, Kind>> = {
  minLength: count,
  maxLength: count,
  minItems: count,
  maxItems: count,
  minimum: number,
  maximum: number,
  exclusiveMinimum: number,
  exclusiveMaximum: number,
  multipleOf: ['a number above 0', (value) => Number.isFinite(value) && (value as number) > 0],
  uniqueItems: flag,
  pattern: text,
  patternFlags: ['flags of i, m, s, and u or v', (value) => typeof value === 'string' && patternFlags.test(value)],
  format: text,
  title: text,
  description: text,
  required: names,
  examples: ['a list', Array.isArray],
  deprecated: flag,
  readOnly: flag,
  writeOnly: flag,
  $schema: text,
  $id: text,
  $comment: text,
  contentEncoding: text,
  contentMediaType: text,
};

/** Keywords of what is inside, and the type that has an inside of their kind. */
const insides: Readonly<Record<string, string>> = {
  properties: 'object',
  required: 'object',
  additionalProperties: 'object',
  items: 'array',
};

/** Two bounds between which nothing lies where the first is above the second, or where they are equal and one of them is excluded. */
const pairs: readonly (readonly [least: string, most: string, excludes: boolean])[] = [
  ['minLength', 'maxLength', false],
  ['minItems', 'maxItems', false],
  ['minimum', 'maximum', false],
  ['exclusiveMinimum', 'maximum', true],
  ['minimum', 'exclusiveMaximum', true],
  ['exclusiveMinimum', 'exclusiveMaximum', true],
];

/** The first of a schema's own keywords that is no bound, or that leaves no value that fits; `undefined` where there is none. */
export function boundProblem(part: JsonSchema): BoundProblem | undefined {
  return kindProblem(part) ?? insideProblem(part) ?? patternProblem(part) ?? pairProblem(part) ?? literalProblem(part);
}

function kindProblem(part: JsonSchema): BoundProblem | undefined {
  for (const [keyword, [expected, isOne]] of Object.entries(kinds)) {
    const value = part[keyword];
    if (value === undefined || isOne(value)) continue;
    return { keyword, problem: `Expected \`${keyword}\` to be ${expected}, got ${JSON.stringify(value)}.` };
  }
  return undefined;
}

function insideProblem(part: JsonSchema): BoundProblem | undefined {
  const { type } = part;
  const keyword = Object.keys(insides).find((each) => part[each] !== undefined && insides[each] !== type);
  if (keyword === undefined) return undefined;
  const got = type === undefined ? 'none' : JSON.stringify(type);
  return { keyword, problem: `Expected the type "${insides[keyword]}" beside \`${keyword}\`, got ${got}.` };
}

function patternProblem({ pattern, patternFlags: flags }: JsonSchema): BoundProblem | undefined {
  if (typeof pattern !== 'string') {
    return flags === undefined
      ? undefined
      : { keyword: 'patternFlags', problem: 'Expected `patternFlags` beside a `pattern`, got no pattern.' };
  }
  try {
    compilePattern(pattern, flags as string | undefined);
    return undefined;
  } catch (error) {
    return {
      keyword: 'pattern',
      problem: `Expected a regular expression of JavaScript, got ${JSON.stringify(pattern)}: ${(error as Error).message}.`,
      ...adviceOn(pattern),
    };
  }
}

function adviceOn(pattern: string): { advice?: string } {
  if (/\(\?[a-z]+\)/.test(pattern)) return { advice: 'Flags stand in `patternFlags: i` beside it.' };
  if (/\\[AzZ]/.test(pattern)) return { advice: 'Where a text begins and ends is `^` and `$`.' };
  return /\[:\^?[a-z]+:\]/.test(pattern) ? { advice: 'Letters are `\\p{L}`, digits `\\d`, blanks `\\s`.' } : {};
}

function pairProblem(part: JsonSchema): BoundProblem | undefined {
  for (const [least, most, excludes] of pairs) {
    const [from, to] = [part[least], part[most]];
    if (typeof from !== 'number' || typeof to !== 'number') continue;
    if (from < to || (from === to && !excludes)) continue;
    return { keyword: least, problem: `Nothing fits \`${least}\` ${from} and \`${most}\` ${to} together.` };
  }
  return undefined;
}

function literalProblem(part: JsonSchema): BoundProblem | undefined {
  const keyword = part['enum'] === undefined ? 'const' : 'enum';
  const literals = part['enum'] ?? (part['const'] === undefined ? undefined : [part['const']]);
  if (!Array.isArray(literals) || part['type'] === undefined) return undefined;
  const types = [part['type']].flat();
  if (literals.some((literal) => types.some((type) => isOf(literal, type)))) return undefined;
  return {
    keyword,
    problem: `Nothing fits the type ${JSON.stringify(part['type'])} and \`${keyword}\` ${JSON.stringify(part[keyword])} together.`,
  };
}

function isOf(literal: unknown, type: unknown): boolean {
  if (type === 'integer') return Number.isInteger(literal);
  return type === (literal === null ? 'null' : typeof literal);
}
