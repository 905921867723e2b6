import { listMark } from '../html/list-marks.js';
import type { Marks } from './marked-text.js';
import { checked } from './symbol-font.js';
import { below, childOf, elementsOf } from './xml.js';
import type { Element } from './xml.js';

type Attributes = Readonly<Record<string, string>>;

/** How a run of text looks, as far as that says something. */
export interface Look extends Marks {
  /** A font of signs has others for the same characters. */
  font: string;
  isHidden: boolean;
}

/** Most styles that one is based on. */
const mostParents = 20;

/** The styles of an OpenDocument document: what they say of text, headings and numbers. */
export class OdfStyles {
  readonly #styles: ReadonlyMap<string, Element>;
  readonly #levels: ReadonlyMap<string, Attributes>;
  readonly #outline: ReadonlyMap<number, Attributes>;

  /** @param roots those of `content.xml` and `styles.xml` */
  constructor(roots: readonly (Element | undefined)[]) {
    const all = (name: string) => roots.flatMap((root) => [...below(root, name)]);
    this.#styles = new Map(all('style:style').map((style) => [nameOf(style), style]));
    this.#levels = new Map(
      all('text:list-style').flatMap((list) =>
        elementsOf(list).map((level) => [`${nameOf(list)} ${level.attributes['text:level']}`, withFont(level)]),
      ),
    );
    this.#outline = new Map(
      all('text:outline-style').flatMap((outline) =>
        elementsOf(outline).map(({ attributes }) => [Number(attributes['text:level']), attributes]),
      ),
    );
  }

  lookOf(style: string | undefined): Look {
    const chain = this.#chain(style).map((each) => childOf(each, 'style:text-properties')?.attributes);
    const said = (name: string) => chain.map((each) => each?.[name]).find((each) => each !== undefined);
    const [first = ''] = (said('style:text-position') ?? '').split(' ');
    const isUp = first === 'super' || Number.parseFloat(first) > 0;
    const isDown = first === 'sub' || Number.parseFloat(first) < 0;
    return {
      isStruck: (said('style:text-line-through-style') ?? 'none') !== 'none',
      isHidden: said('text:display') === 'none',
      font: said('style:font-name') ?? said('fo:font-family') ?? '',
      ...((isUp || isDown) && { moved: isUp ? 'up' : 'down' }),
    };
  }

  /** The level of a heading that is one by its style alone: programs that convert documents write such paragraphs. */
  headingOf(style: string | undefined): number | undefined {
    for (const name of this.#names(style)) {
      const shown = name.replaceAll('_20_', ' ');
      if (/^title$/i.test(shown)) return 1;
      const level = /^heading (\d{1,2})$/i.exec(shown)?.[1];
      if (level !== undefined) return Number(level);
    }
    return undefined;
  }

  /** Whether a slide is left out of the show. */
  isHiddenPage(style: string | undefined): boolean {
    return this.#chain(style).some(
      (each) => childOf(each, 'style:drawing-page-properties')?.attributes['presentation:visibility'] === 'hidden',
    );
  }

  /** Whether lines of a style are kept as they are. */
  isPreformatted(style: string | undefined): boolean {
    return this.#names(style).some((name) => /^preformatted(_20_| )text$/i.test(name));
  }

  /** The mark of an item of a list. @param path numbers of it and of the items that it is in */
  markOf(list: string, path: readonly number[]): string {
    const {
      'text:bullet-char': bullet = '',
      font = '',
      'style:num-format': format = '',
    } = this.#levels.get(`${list} ${path.length}`) ?? {};
    if (checked.test(bullet) && !/symbol|dings/i.test(font)) return `- ${bullet}`;
    return format === '' ? '-' : labelOf(path, (level) => this.#levels.get(`${list} ${level}`), '.') || '-';
  }

  /** Whether two lists number a level in the same way. */
  areAlike(left: string, right: string, level: number): boolean {
    const [one, other] = [left, right].map((list) => this.#levels.get(`${list} ${level}`));
    return ['style:num-format', 'style:num-prefix', 'style:num-suffix'].every(
      (name) => (one?.[name] ?? '') === (other?.[name] ?? ''),
    );
  }

  startOf(list: string, level: number): number {
    return Number(this.#levels.get(`${list} ${level}`)?.['text:start-value'] ?? 1);
  }

  /** The number of a heading, empty where headings have none. */
  outlineOf(path: readonly number[]): string {
    const { 'style:num-format': format = '' } = this.#outline.get(path.length) ?? {};
    return format === '' ? '' : labelOf(path, (level) => this.#outline.get(level), '');
  }

  #chain(style: string | undefined): Element[] {
    const chain: Element[] = [];
    for (let name = style ?? ''; chain.length < mostParents;) {
      const found = this.#styles.get(name);
      if (found === undefined) break;
      chain.push(found);
      name = found.attributes['style:parent-style-name'] ?? '';
    }
    return chain;
  }

  /** Names of a style made for one place, and of that which it is made of; a style of its own right is not what it is based on. */
  #names(style: string | undefined): string[] {
    const parent = /^P\d+$/.test(style ?? '')
      ? this.#chain(style)[0]?.attributes['style:parent-style-name']
      : undefined;
    return [style ?? '', ...(parent === undefined ? [] : [parent])];
  }
}

function nameOf({ attributes }: Element): string {
  return attributes['style:name'] ?? '';
}

function withFont(level: Element): Attributes {
  const { attributes = {} } = childOf(level, 'style:text-properties') ?? {};
  return { ...level.attributes, font: attributes['style:font-name'] ?? attributes['fo:font-family'] ?? '' };
}

/** A number with those of the levels above it, as far as they are shown (OpenDocument, part 3, 19.797 and 19.880). */
/** @param suffix what stands behind a single number that says nothing of it */
function labelOf(path: readonly number[], levelOf: (level: number) => Attributes | undefined, suffix: string): string {
  const own = levelOf(path.length) ?? {};
  const number = (level: number) => {
    const format = levelOf(level)?.['style:num-format'] ?? '';
    return format === '' ? '' : listMark(path[level - 1] ?? 1, format).slice(0, -1);
  };
  // LibreOffice's own way to say it has all signs between the numbers.
  const pattern = own['loext:num-list-format'];
  if (pattern !== undefined)
    return pattern.replaceAll(/%(\d{1,2})%/g, (_, level: string) => number(Number(level))).trim();
  const from = Math.max(1, path.length - Number(own['text:display-levels'] ?? 1) + 1);
  const numbers = path.map((_, at) => at + 1).filter((level) => level >= from);
  const shown = numbers
    .map(number)
    .filter((each) => each !== '')
    .join('.');
  return `${own['style:num-prefix'] ?? ''}${shown}${own['style:num-suffix'] ?? (numbers.length === 1 ? suffix : '')}`.trim();
}
