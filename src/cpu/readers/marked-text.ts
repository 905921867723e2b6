import { inOneLine, signs } from '../hits/mathematics.js';

const superscripts = signs('0123456789+-=()n', '⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁼⁽⁾ⁿ');
const subscripts = signs('0123456789+-=()', '₀₁₂₃₄₅₆₇₈₉₊₋₌₍₎');

/** What is raised in a document may be several words: more than one sign is in brackets. */
const oneSign = /^[^]$/;

/** How a run of text stands on its line. */
export interface Marks {
  moved?: 'up' | 'down';
  isStruck?: boolean;
}

/** A run that is raised, lowered or struck out, as a line without looks says it: `10⁶`, `H₂O`, `~~old~~`. */
export function markedText(text: string, { moved, isStruck = false }: Marks): string {
  if (text.trim() === '') return text;
  const shown =
    moved === undefined ? text : moved === 'up' ? shifted(text, superscripts, '^') : shifted(text, subscripts, '_');
  return isStruck ? shown.replace(shown.trim(), (inner) => `~~${inner}~~`) : shown;
}

function shifted(text: string, moved: ReadonlyMap<string, string>, mark: string): string {
  const trimmed = text.trim();
  // Ordinals and trademarks read well as they are.
  if (/^(?:st|nd|rd|th|[®™©*†‡ªº°])$/.test(trimmed)) return text;
  return text.replace(trimmed, () => inOneLine(trimmed, moved, mark, oneSign));
}
