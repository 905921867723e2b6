import { jsonpath } from 'json-p3';
import type { JSONPathQuery } from 'json-p3';
import { isLosslessNumber } from 'lossless-json';

import { InputError } from '../../contract/errors.js';
import { compilePath } from '../../cpu/hits/json-path.js';
import { noColumn } from '../../plan/fill.js';
import type { Fields } from '../../plan/fill.js';
import { compareNumbers, exactNumber, isNumeric } from './exact-number.js';

const { expressions, functions, selectors } = jsonpath;
type Expression = jsonpath.expressions.FilterExpression;

/** How the columns of an expression are compared: with numbers, with true or false, or as they are. */
type Compared = ReadonlyMap<string, 'number' | 'boolean' | 'text'>;

/** Chooses rows by a filter expression of JSONPath (RFC 9535), such as `@.price > 10 && @.lang == 'de'`. */
export class RowFilter {
  readonly #query: JSONPathQuery;
  readonly #compared: Compared;
  readonly #found = new Set<string>();
  readonly #missing = new Map<string, InputError>();

  /** @throws InputError where it is no filter expression */
  constructor(readonly text: string) {
    try {
      this.#query = compilePath(`$[?${text}]`);
    } catch (error) {
      throw new InputError(
        `Expected \`where\` to be a filter such as @.price > 10 && @.lang == 'de', got ${JSON.stringify(text)}: ${(error as Error).message}`,
      );
    }
    const [segment, ...others] = this.#query.segments;
    const [selector] = segment?.selectors ?? [];
    if (others.length > 0 || segment?.selectors.length !== 1 || !(selector instanceof selectors.FilterSelector)) {
      throw new InputError(`Expected \`where\` to be one filter expression, got ${JSON.stringify(text)}.`);
    }
    this.#compared = comparedIn(selector.expression, text);
    makeExact(selector.expression);
  }

  /** The columns that it names. */
  get columns(): string[] {
    return [...this.#compared.keys()];
  }

  /**
   * Whether it takes the row. A text of a table counts as a number where it is compared with one; a column that the row has not is
   * nothing, as in RFC 9535, so that `@.note` takes the rows that have a note.
   */
  takes(fields: Fields, place: string): boolean {
    const seen: Record<string, unknown> = { ...fields };
    for (const [column, kind] of this.#compared) {
      if (!Object.hasOwn(fields, column)) {
        if (!this.#missing.has(column) && !this.#found.has(column)) {
          this.#missing.set(column, noColumn(column, Object.keys(fields), place, '`--where`'));
        }
        continue;
      }
      this.#found.add(column);
      seen[column] = asCompared(plain(fields[column]), kind);
    }
    return this.#query.query([seen as never]).length > 0;
  }

  /** @throws InputError where no row that it has seen has a column that it names: that is a slip */
  checkColumns(): void {
    for (const [column, error] of this.#missing) if (!this.#found.has(column)) throw error;
  }
}

/** Numbers that are kept digit by digit are numbers here, also within lists and objects. */
function plain(value: unknown): unknown {
  if (typeof value === 'bigint') return exactNumber(String(value));
  if (typeof value !== 'object' || value === null) return value;
  if (isLosslessNumber(value)) return exactNumber(value.toString());
  if (Array.isArray(value)) return value.map(plain);
  return Object.fromEntries(Object.entries(value).map(([name, each]) => [name, plain(each)]));
}

function asCompared(value: unknown, kind: 'number' | 'boolean' | 'text'): unknown {
  if (typeof value !== 'string' || kind === 'text') return value;
  if (kind === 'boolean') return /^(true|false)$/i.test(value) ? value.toLowerCase() === 'true' : value;
  return exactNumber(value) ?? value;
}

/** What an expression is made of; of a query nothing. */
function partsOf(each: Expression): readonly Expression[] {
  if (each instanceof expressions.LogicalExpression) return [each.expression];
  if (each instanceof expressions.PrefixExpression) return [each.right];
  if (each instanceof expressions.FunctionExtension) return each.args;
  if (each instanceof expressions.InfixExpression) return [each.left, each.right];
  return [];
}

/** Makes every comparison of an expression exact, those of filters within it too. */
function makeExact(each: Expression): void {
  for (const inner of partsOf(each)) makeExact(inner);
  if (each instanceof expressions.FilterQuery) {
    const within = each.path.segments.flatMap((segment) => segment.selectors);
    for (const inner of within) if (inner instanceof selectors.FilterSelector) makeExact(inner.expression);
  }
  if (each instanceof expressions.InfixExpression && !each.logical) compareExactly(each);
}

/** Compares numbers digit by digit, where JavaScript's would take neighbours for the same. */
function compareExactly(comparison: jsonpath.expressions.InfixExpression): void {
  for (const side of [comparison.left, comparison.right]) {
    if (side instanceof expressions.NumberLiteral) {
      Object.assign(side, { value: exactNumber(side.token.value) ?? side.value });
    }
  }
  const usual = comparison.evaluate.bind(comparison);
  comparison.evaluate = (context) => {
    const [left, right] = [comparison.left, comparison.right].map((side) => {
      const value: unknown = side.evaluate(context);
      return value instanceof jsonpath.JSONPathNodeList && value.nodes.length === 1 ? value.nodes[0]?.value : value;
    });
    if (!isNumeric(left) || !isNumeric(right)) return usual(context);
    return holds(comparison.operator, compareNumbers(left, right));
  };
}

function holds(operator: string, order: number): boolean {
  switch (operator) {
    case '==':
      return order === 0;
    case '!=':
      return order !== 0;
    case '<':
      return order < 0;
    case '<=':
      return order <= 0;
    case '>':
      return order > 0;
    default:
      return order >= 0;
  }
}

/** @throws InputError where a pattern is none: RFC 9535 has it match nothing, and nobody would hear of it */
function checkPattern({ name, args }: jsonpath.expressions.FunctionExtension, text: string): void {
  const [, pattern] = args;
  if ((name !== 'match' && name !== 'search') || !(pattern instanceof expressions.StringLiteral)) return;
  try {
    new functions.Match({ throwErrors: true }).call('', pattern.value);
  } catch {
    throw new InputError(
      `Expected the pattern of \`${name}\` in \`where\` to be one of RFC 9485, without flags and look-around, got ${JSON.stringify(pattern.value)} in ${JSON.stringify(text)}.`,
    );
  }
}

function comparedIn(expression: Expression, text: string): Compared {
  const compared = new Map<string, 'number' | 'boolean' | 'text'>();
  const note = (column: string, kind: 'number' | 'boolean' | 'text') => {
    const before = compared.get(column);
    if (before === undefined || before === 'text') return void compared.set(column, kind);
    if (kind !== 'text' && kind !== before) {
      throw new InputError(
        `Expected \`where\` to compare \`${column}\` with values of one type, got ${before} and ${kind} in ${JSON.stringify(text)}.`,
      );
    }
  };
  const visit = (each: Expression): void => {
    if (each instanceof expressions.FunctionExtension) checkPattern(each, text);
    for (const inner of partsOf(each)) visit(inner);
    if (each instanceof expressions.FilterQuery) note(columnOf(each, text), 'text');
    if (each instanceof expressions.InfixExpression) {
      for (const [one, other] of [
        [each.left, each.right],
        [each.right, each.left],
      ]) {
        if (!(one instanceof expressions.FilterQuery) || one.path.segments.length > 1) continue;
        if (other instanceof expressions.NumberLiteral) note(columnOf(one, text), 'number');
        if (other instanceof expressions.BooleanLiteral) note(columnOf(one, text), 'boolean');
      }
    }
  };
  visit(expression);
  return compared;
}

function columnOf(query: jsonpath.expressions.FilterQuery, text: string): string {
  const [segment] = query.path.segments;
  const [selector] = segment?.selectors ?? [];
  if (
    !(query instanceof expressions.RelativeQuery) ||
    segment?.selectors.length !== 1 ||
    !(selector instanceof selectors.NameSelector)
  ) {
    throw new InputError(
      `Expected \`where\` to name columns as @.name or @['any name'], got ${query.toString()} in ${JSON.stringify(text)}.`,
    );
  }
  return selector.name;
}
