import { childOf, elementsOf } from './xml.js';
import type { Element } from './xml.js';

/** The outline level that stands for body text. */
const bodyLevel = 9;

/** What a paragraph's style and its own properties say of it. */
export interface ParagraphStyle {
  /** 1 to 6 of a heading. */
  heading?: number;
  list?: { id: string; depth: number };
}

/** The paragraph styles of a document. Names of built-in ones are English in every language of Word; ids are not. */
export class Styles {
  readonly #styles: ReadonlyMap<string, Element>;
  readonly #usual: string;

  constructor(part: Element | undefined) {
    const all = elementsOf(part, 'w:style').filter(({ attributes }) => attributes['w:type'] === 'paragraph');
    this.#styles = new Map(all.map((style) => [style.attributes['w:styleId'] ?? '', style]));
    this.#usual = all.find(({ attributes }) => attributes['w:default'] === '1')?.attributes['w:styleId'] ?? '';
  }

  of(properties: Element | undefined): ParagraphStyle {
    const chain = [...this.#chain(childOf(properties, 'w:pStyle')?.attributes['w:val'] ?? this.#usual)];
    const sources = [properties, ...chain.map((style) => childOf(style, 'w:pPr'))];
    const heading = headingOf(sources, chain);
    const numbered = sources.map((source) => childOf(source, 'w:numPr')).filter((each) => each !== undefined);
    const value = (name: string) =>
      numbered.map((each) => childOf(each, name)?.attributes['w:val']).find((each) => each !== undefined);
    const id = value('w:numId');
    return {
      ...(heading !== undefined && { heading }),
      // The list 0 is none: it takes a paragraph out of that of its style.
      ...(id !== undefined && id !== '0' && { list: { id, depth: Number(value('w:ilvl') ?? 0) } }),
    };
  }

  *#chain(id: string): Generator<Element> {
    const seen = new Set<string>();
    for (let style = this.#styles.get(id); style !== undefined && !seen.has(id); style = this.#styles.get(id)) {
      seen.add(id);
      yield style;
      id = childOf(style, 'w:basedOn')?.attributes['w:val'] ?? '';
    }
  }
}

function headingOf(sources: readonly (Element | undefined)[], chain: readonly Element[]): number | undefined {
  const outline = sources.map((source) => childOf(source, 'w:outlineLvl')?.attributes['w:val']).find((each) => each);
  if (outline !== undefined) return Number(outline) >= bodyLevel ? undefined : Math.min(6, Number(outline) + 1);
  for (const style of chain) {
    const name = childOf(style, 'w:name')?.attributes['w:val'] ?? '';
    if (/^title$/i.test(name)) return 1;
    const level = /^heading ([1-9])$/i.exec(name)?.[1];
    if (level !== undefined) return Math.min(6, Number(level));
  }
  return undefined;
}
