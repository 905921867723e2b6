import { beginningOf } from './beginning-of.js';
import type { JsonSchema } from '../json-schema.js';

interface Bounds {
  minItems: number;
  maxItems: number;
  /** The nearest number within the bounds. */
  fit(value: number): number;
  /** The text, cut or padded to the allowed length. */
  fitText(text: string): string;
}

/** The bounds of a part of a schema. The SDK moves them into the description (`{minimum: 0, maximum: 1}`), where they are found too. */
export function boundsOf(part: JsonSchema): Bounds {
  const number = (keyword: string): number | undefined => {
    const own = part[keyword];
    if (typeof own === 'number') return own;
    const described = new RegExp(`\\b${keyword}: (-?[\\d.]+(?:e[+-]?\\d+)?)`, 'i').exec(
      typeof part['description'] === 'string' ? part['description'] : '',
    )?.[1];
    return described === undefined ? undefined : Number(described);
  };
  const step = part['type'] === 'integer' ? 1 : Number.EPSILON;
  const above = number('exclusiveMinimum');
  const below = number('exclusiveMaximum');
  const least = Math.max(
    number('minimum') ?? -Infinity,
    above === undefined ? -Infinity : above + Math.max(step, Math.abs(above) * step),
  );
  const most = Math.min(
    number('maximum') ?? Infinity,
    below === undefined ? Infinity : below - Math.max(step, Math.abs(below) * step),
  );
  const multiple = number('multipleOf');
  const minLength = number('minLength') ?? 0;
  const maxLength = number('maxLength') ?? Infinity;
  return {
    minItems: number('minItems') ?? 0,
    maxItems: number('maxItems') ?? Infinity,
    fit: (value) => {
      const within = Math.min(most, Math.max(least, value));
      if (multiple === undefined || multiple <= 0) return within;
      const up = Math.ceil(within / multiple) * multiple;
      return up <= most ? up : Math.floor(within / multiple) * multiple;
    },
    fitText: (text) => (text.length > maxLength ? beginningOf(text, maxLength) : text.padEnd(minLength, '.')),
  };
}
