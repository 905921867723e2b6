import { compile, jsonpath } from 'json-p3';
import type { JSONPathQuery } from 'json-p3';

import { InputError } from '../../contract/errors.js';
import { noColumn } from '../../plan/fill.js';
import type { Fields } from '../../plan/fill.js';

const { expressions, selectors } = jsonpath;
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
      this.#query = compile(`$[?${text}]`);
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

/** Numbers that are kept digit by digit are numbers here. */
function plain(value: unknown): unknown {
  if (typeof value === 'bigint') return Number(value);
  const { isLosslessNumber } = (value ?? {}) as { isLosslessNumber?: unknown };
  return isLosslessNumber === true ? Number(String(value)) : value;
}

function asCompared(value: unknown, kind: 'number' | 'boolean' | 'text'): unknown {
  if (typeof value !== 'string' || kind === 'text') return value;
  if (kind === 'boolean') return /^(true|false)$/i.test(value) ? value.toLowerCase() === 'true' : value;
  return value.trim() === '' || Number.isNaN(Number(value)) ? value : Number(value);
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
    if (each instanceof expressions.LogicalExpression) visit(each.expression);
    else if (each instanceof expressions.PrefixExpression) visit(each.right);
    else if (each instanceof expressions.FunctionExtension) for (const inner of each.args) visit(inner);
    else if (each instanceof expressions.FilterQuery) {
      const column = columnOf(each, text);
      note(column, 'text');
    } else if (each instanceof expressions.InfixExpression) {
      visit(each.left);
      visit(each.right);
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
