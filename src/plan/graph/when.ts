import { valueAt } from './template.js';

/** A condition on one value: `{{ review.risk }} == "high"`, `{{ count }} > 3`, `not {{ clean }}`, `{{ flagged }}`. */
export interface When {
  name: string;
  path: string[];
  negated: boolean;
  operator?: '==' | '!=' | '>' | '<' | '>=' | '<=' | 'contains';
  literal?: unknown;
}

const form = /^(not\s+)?\{\{\s*([A-Za-z_][\w-]*(?:\.[\w-]+)*)\s*\}\}(?:\s*(==|!=|>=|<=|>|<|contains)\s*(.+))?$/;

/** @throws Error where it is none */
export function parseWhen(text: string): When {
  const [, not, name = '', operator, literal] = form.exec(text.trim()) ?? [];
  if (name === '') {
    throw new Error(
      `Expected a condition such as {{ review.risk }} == "high", not {{ clean }} or {{ count }} > 3, got ${JSON.stringify(text)}`,
    );
  }
  const [first = '', ...path] = name.split('.');
  const when: When = { name: first, path, negated: not !== undefined };
  if (operator === undefined || literal === undefined) return when;
  return { ...when, operator: operator as NonNullable<When['operator']>, literal: literalOf(literal.trim()) };
}

function literalOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // A word needs no quotes.
    return text.replace(/^'(.*)'$/, '$1');
  }
}

export function holds({ path, negated, operator, literal }: When, variable: unknown): boolean {
  const value = valueAt(variable, path);
  return compare(value, operator, literal) !== negated;
}

function compare(value: unknown, operator: When['operator'], literal: unknown): boolean {
  switch (operator) {
    case undefined:
      return Array.isArray(value) ? value.length > 0 : Boolean(value);
    case '==':
      return JSON.stringify(value) === JSON.stringify(literal);
    case '!=':
      return JSON.stringify(value) !== JSON.stringify(literal);
    case '>':
      return Number(value) > Number(literal);
    case '<':
      return Number(value) < Number(literal);
    case '>=':
      return Number(value) >= Number(literal);
    case '<=':
      return Number(value) <= Number(literal);
    case 'contains':
      return Array.isArray(value)
        ? value.includes(literal)
        : typeof value === 'string' && value.includes(String(literal));
  }
}
