import { childOf, elementsOf } from './xml.js';
import type { Element } from './xml.js';

/** The outline level that stands for body text. */
const bodyLevel = 9;

/** What a paragraph's style and its own properties say of it. */
export interface ParagraphStyle {
  /** 1 to 6 of a heading. */
  heading?: number;
  list?: PlaceInList;
}

/** A paragraph's place in a list. */
export interface PlaceInList {
  id: string;
  /** As the paragraph itself says it, and as its styles do. */
  depth: number | undefined;
  styledDepth: number | undefined;
  /** Ids of its styles, its own first: a level of the list may be that of one of them. */
  styles: readonly string[];
}

/** The paragraph styles of a document. Names of built-in ones are English in every language of Word; ids are not. */
export class Styles {
  readonly #styles: ReadonlyMap<string, Element>;
  readonly #usual: string;
  readonly #ofRuns: ReadonlyMap<string, Element>;

  constructor(part: Element | undefined) {
    const ofType = (type: string) =>
      elementsOf(part, 'w:style').filter(({ attributes }) => attributes['w:type'] === type);
    const byId = (styles: readonly Element[]) =>
      new Map(styles.map((style) => [style.attributes['w:styleId'] ?? '', style]));
    const all = ofType('paragraph');
    this.#styles = byId(all);
    this.#ofRuns = byId(ofType('character'));
    this.#usual = all.find(({ attributes }) => attributes['w:default'] === '1')?.attributes['w:styleId'] ?? '';
  }

  of(properties: Element | undefined): ParagraphStyle {
    const chain = [...chainOf(this.#styles, childOf(properties, 'w:pStyle')?.attributes['w:val'] ?? this.#usual)];
    const sources = [properties, ...chain.map((style) => childOf(style, 'w:pPr'))];
    const heading = headingOf(sources, chain);
    const numbered = sources.map((source) => childOf(source, 'w:numPr'));
    const value = (name: string, among: readonly (Element | undefined)[]) =>
      among.map((each) => childOf(each, name)?.attributes['w:val']).find((each) => each !== undefined);
    const id = value('w:numId', numbered);
    const depth = (among: readonly (Element | undefined)[]) => {
      const said = value('w:ilvl', among);
      return said === undefined ? undefined : Number(said);
    };
    return {
      ...(heading !== undefined && { heading }),
      // The list 0 is none: it takes a paragraph out of that of its style.
      ...(id !== undefined &&
        id !== '0' && {
          list: {
            id,
            depth: depth(numbered.slice(0, 1)),
            styledDepth: depth(numbered.slice(1)),
            styles: chain.map(({ attributes }) => attributes['w:styleId'] ?? ''),
          },
        }),
    };
  }

  /** The properties of a run, and those of its style and of what that is based on. */
  ofRun(properties: Element | undefined): (Element | undefined)[] {
    const chain = chainOf(this.#ofRuns, childOf(properties, 'w:rStyle')?.attributes['w:val'] ?? '');
    return [properties, ...Array.from(chain, (style) => childOf(style, 'w:rPr'))];
  }
}

function* chainOf(styles: ReadonlyMap<string, Element>, from: string): Generator<Element> {
  const seen = new Set<string>();
  let id = from;
  for (let style = styles.get(id); style !== undefined && !seen.has(id); style = styles.get(id)) {
    seen.add(id);
    yield style;
    id = childOf(style, 'w:basedOn')?.attributes['w:val'] ?? '';
  }
}

function headingOf(sources: readonly (Element | undefined)[], chain: readonly Element[]): number | undefined {
  const outline = sources.map((source) => childOf(source, 'w:outlineLvl')?.attributes['w:val']).find((each) => each);
  if (outline !== undefined) return Number(outline) >= bodyLevel ? undefined : Math.min(6, Number(outline) + 1);
  for (const [at, style] of chain.entries()) {
    const name = childOf(style, 'w:name')?.attributes['w:val'] ?? '';
    // What is based on the title looks like it: author and date of Pandoc.
    if (at === 0 && /^title$/i.test(name)) return 1;
    const level = /^heading ([1-9])$/i.exec(name)?.[1];
    if (level !== undefined) return Math.min(6, Number(level));
  }
  return undefined;
}
