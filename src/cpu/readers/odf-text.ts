import { listMark } from '../html/list-marks.js';
import { markedText } from './marked-text.js';
import type { Marks } from './marked-text.js';
import { blocks, heading, item, link, oneLine, table } from './markdown.js';
import { below, childOf, elementsOf, textOf } from './xml.js';
import type { Element } from './xml.js';

/** Most times that a cell or row that says something is repeated; sheets repeat their last format a million times. */
const mostRepeated = 1_000;

/** Containers whose contents stand where they do. */
const transparent = new Set([
  'text:section',
  'text:index-body',
  'text:table-of-content',
  'text:illustration-index',
  'text:bibliography',
  'text:alphabetical-index',
  'text:index-title',
  'drawing:text-box',
  'drawing:g',
  'drawing:a',
]);

/** The texts of an OpenDocument document: blocks, with its notes and comments collected. */
export class OdfText {
  readonly #notes: string[] = [];
  readonly #comments: string[] = [];
  readonly #levels: ReadonlyMap<string, Readonly<Record<string, string>>>;
  readonly #marks: ReadonlyMap<string, Marks>;
  /** Last numbers of lists, by their style and by their id: others go on with them. */
  readonly #lastNumbers = new Map<string, number>();

  /** @param styles roots that may have the styles of lists */
  constructor(styles: readonly (Element | undefined)[]) {
    const lists = styles.flatMap((root) => [...below(root, 'text:list-style')]);
    this.#levels = new Map(
      lists.flatMap((list) =>
        elementsOf(list, 'text:list-level-style-number')
          .filter(({ attributes }) => (attributes['style:num-format'] ?? '') !== '')
          .map(({ attributes }) => [`${list.attributes['style:name']} ${attributes['text:level']}`, attributes]),
      ),
    );
    this.#marks = new Map(
      styles
        .flatMap((root) => [...below(root, 'style:style')])
        .map((style) => [style.attributes['style:name'] ?? '', marksOf(childOf(style, 'style:text-properties'))]),
    );
  }

  /** Blocks of what is below an element, in their order. */
  blocksOf(parent: Element | undefined): string[] {
    return elementsOf(parent).flatMap((element) => this.#block(element));
  }

  /** Footnotes and comments of all blocks so far. */
  rest(): string[] {
    return [...this.#notes, ...(this.#comments.length === 0 ? [] : ['Comments:', this.#comments.join('\n')])];
  }

  #block(element: Element): string[] {
    const { name, attributes } = element;
    if (transparent.has(name)) return this.blocksOf(element);
    switch (name) {
      case 'text:h': {
        const [text, boxes] = this.#line(element);
        return [heading(Number(attributes['text:outline-level'] ?? 1), text), ...boxes];
      }
      case 'text:p': {
        const [text, boxes] = this.#line(element);
        return [text.trim(), ...boxes];
      }
      case 'text:list':
        return [this.#list(element, 0, attributes['text:style-name'] ?? '').join('\n')];
      case 'table:table':
        return [this.#table(element)];
      case 'drawing:frame':
      case 'drawing:custom-shape':
      case 'drawing:rect':
        return this.#frame(element);
      default:
        return [];
    }
  }

  #list(list: Element, depth: number, style: string): string[] {
    const level = this.#levels.get(`${style} ${depth + 1}`);
    const { 'xml:id': id, 'text:continue-list': continued, 'text:continue-numbering': goesOn } = list.attributes;
    const before = continued ?? (goesOn === 'true' ? `${style} ${depth + 1}` : undefined);
    let number =
      (before === undefined ? undefined : this.#lastNumbers.get(before)) ??
      Number(level?.['text:start-value'] ?? 1) - 1;
    return elementsOf(list, 'text:list-item', 'text:list-header').flatMap((entry) => {
      number =
        entry.attributes['text:start-value'] === undefined ? number + 1 : Number(entry.attributes['text:start-value']);
      for (const key of [id, `${style} ${depth + 1}`]) if (key !== undefined) this.#lastNumbers.set(key, number);
      const mark = level === undefined ? '-' : numberOf(number, level);
      let isFirst = true;
      return elementsOf(entry).flatMap((child) => {
        if (child.name === 'text:list') {
          return this.#list(child, depth + 1, child.attributes['text:style-name'] ?? style);
        }
        const text = this.#block(child).join('\n');
        if (text.trim() === '') return [];
        const line = isFirst ? item(depth, mark, text) : `${'   '.repeat(depth + 1)}${text}`;
        isFirst = false;
        return [line];
      });
    });
  }

  #table(element: Element): string {
    const rows = rowsOf(element).map((row) =>
      elementsOf(row, 'table:table-cell', 'table:covered-table-cell').flatMap((cell) => {
        const text = this.blocksOf(cell)
          .filter((each) => each !== '')
          .join('\n');
        return Array.from({ length: repeated(cell, 'columns') }, () => text);
      }),
    );
    const [only] = rows;
    return rows.length === 1 && only?.length === 1 ? (only[0] ?? '') : table(rows);
  }

  #frame(element: Element): string[] {
    const box = childOf(element, 'drawing:text-box') ?? (element.name === 'drawing:frame' ? undefined : element);
    const grid = childOf(element, 'table:table');
    if (grid !== undefined) return [this.#table(grid)];
    if (box !== undefined) return this.blocksOf(box);
    if (childOf(element, 'drawing:image') === undefined) return [];
    const described = oneLine(textOf(childOf(element, 'svg:desc') ?? childOf(element, 'svg:title')));
    return [described === '' ? '[picture]' : `[picture: ${described}]`];
  }

  /** The text of a paragraph, and blocks of what is anchored in it. */
  #line(paragraph: Element): [text: string, boxes: string[]] {
    const boxes: string[] = [];
    return [this.#inline(paragraph, boxes), boxes];
  }

  #inline(element: Element, boxes: string[]): string {
    return element.children
      .map((child) => {
        // Line ends and blanks in the file are one blank (OpenDocument, part 3, 6.1.2).
        if (typeof child === 'string') return child.replaceAll(/\s+/g, ' ');
        switch (child.name) {
          case 'text:s':
            return ' '.repeat(Math.min(100, Number(child.attributes['text:c'] ?? 1)));
          case 'text:tab':
            return '\t';
          case 'text:line-break':
            return '\n';
          case 'text:span':
            return markedText(
              this.#inline(child, boxes),
              this.#marks.get(child.attributes['text:style-name'] ?? '') ?? {},
            );
          case 'text:a':
            return link(this.#inline(child, boxes), child.attributes['xlink:href'] ?? '');
          case 'text:note': {
            const number = this.#notes.push('');
            const text = oneLine(this.blocksOf(childOf(child, 'text:note-body')).join(' '));
            this.#notes[number - 1] = `[^${number}]: ${text}`;
            return `[^${number}]`;
          }
          case 'office:annotation': {
            const author = textOf(childOf(child, 'dc:creator')).trim();
            this.#comments.push(`- ${author || 'Somebody'}: ${oneLine(this.blocksOf(child).join(' '))}`);
            return '';
          }
          case 'text:ruby': {
            const reading = textOf(childOf(child, 'text:ruby-text'));
            return (
              this.#inline(childOf(child, 'text:ruby-base') ?? child, boxes) + (reading === '' ? '' : `(${reading})`)
            );
          }
          case 'drawing:frame': {
            const own = this.#frame(child);
            const isPicture = childOf(child, 'drawing:image') !== undefined;
            if (isPicture) return own.join(' ');
            boxes.push(...own);
            return '';
          }
          case 'drawing:custom-shape':
            boxes.push(...this.#frame(child));
            return '';
          default:
            return this.#inline(child, boxes);
        }
      })
      .join('');
  }
}

/** What a style says of text that is read: raised, lowered, struck out. */
function marksOf(properties: Element | undefined): Marks {
  const position = properties?.attributes['style:text-position'] ?? '';
  const line = properties?.attributes['style:text-line-through-style'] ?? 'none';
  const [first = ''] = position.split(' ');
  const isUp = first === 'super' || Number.parseFloat(first) > 0;
  const isDown = first === 'sub' || Number.parseFloat(first) < 0;
  return { isStruck: line !== 'none', ...((isUp || isDown) && { moved: isUp ? 'up' : 'down' }) };
}

function numberOf(number: number, level: Readonly<Record<string, string>>): string {
  const { 'style:num-format': format = '1', 'style:num-prefix': prefix = '', 'style:num-suffix': suffix = '.' } = level;
  return `${prefix}${listMark(number, format).slice(0, -1)}${suffix}`.trim();
}

/** The rows of a table, those of its header and of groups too. */
export function rowsOf(element: Element): Element[] {
  return elementsOf(element).flatMap((child) => {
    if (child.name === 'table:table-row') return [child];
    return /^table:table-(?:header-rows|rows|row-group)$/.test(child.name) ? rowsOf(child) : [];
  });
}

/** How often a cell or row stands there. */
export function repeated(element: Element, what: 'columns' | 'rows'): number {
  return Math.min(mostRepeated, Number(element.attributes[`table:number-${what}-repeated`] ?? 1));
}

/** A presentation's slides: a heading, texts and notes for each. */
export function slidesOf(presentation: Element | undefined, texts: OdfText): string[] {
  return elementsOf(presentation, 'drawing:page').map((page, at) => {
    const isTitle = ({ attributes }: Element) => attributes['presentation:class'] === 'title';
    const frames = elementsOf(page).filter(({ name }) => name.startsWith('drawing:'));
    const title = oneLine(textsIn(frames.filter(isTitle), texts).join(' '));
    const notes = elementsOf(childOf(page, 'presentation:notes'), 'drawing:frame');
    const noted = textsIn(notes, texts).join('\n').trim();
    return blocks([
      heading(2, `Slide ${at + 1}${title === '' ? '' : `: ${title}`}`),
      ...textsIn(
        frames.filter((frame) => !isTitle(frame)),
        texts,
      ),
      noted === '' ? '' : `Notes: ${noted}`,
    ]);
  });
}

function textsIn(frames: readonly Element[], texts: OdfText): string[] {
  return texts.blocksOf({ name: '', attributes: {}, children: [...frames] });
}
