import { signs } from '../hits/mathematics.js';

const superscripts = signs('0123456789+-=()n', '⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁼⁽⁾ⁿ');
const subscripts = signs('0123456789+-=()', '₀₁₂₃₄₅₆₇₈₉₊₋₌₍₎');

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
  const characters = trimmed.split('');
  if (characters.every((character) => moved.has(character))) {
    return text.replace(trimmed, () => characters.map((character) => moved.get(character)).join(''));
  }
  // Ordinals and trademarks read well as they are.
  return /^(?:st|nd|rd|th|[®™©*†‡ªº°])$/.test(trimmed)
    ? text
    : text.replace(trimmed, () => `${mark}${trimmed.length === 1 ? trimmed : `(${trimmed})`}`);
}
