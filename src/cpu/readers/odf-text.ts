import { heading, link, oneLine, table } from './markdown.js';
import { markedText } from './marked-text.js';
import { beginsDeep, writtenList } from './odf-list.js';
import type { ListLine } from './odf-list.js';
import type { EmbeddedObject } from './odf-objects.js';
import type { OdfStyles } from './odf-styles.js';
import { gridOf, rowsOf } from './odf-table.js';
import { inSymbols } from './symbol-font.js';
import { childOf, elementsOf, textOf } from './xml.js';
import type { Element } from './xml.js';

/** Containers whose contents stand where they do. */
const transparent = new Set([
  'text:section',
  'text:index-body',
  'text:table-of-content',
  'text:illustration-index',
  'text:table-index',
  'text:object-index',
  'text:user-index',
  'text:bibliography',
  'text:alphabetical-index',
  'text:numbered-paragraph',
  'text:index-title',
  'drawing:text-box',
  'drawing:g',
  'drawing:a',
]);

/** Lines and the like, which may have a text; frames have other things in them. */
const shapes =
  /^drawing:(?:custom-shape|rect|ellipse|circle|line|polyline|polygon|regular-polygon|path|connector|caption|measure)$/;

/** The texts of an OpenDocument document: blocks, with its notes and comments collected. */
export class OdfText {
  readonly #notes: string[] = [];
  readonly #comments: string[] = [];
  readonly #styles: OdfStyles;
  /** Last numbers of lists, by their style and by their id: others go on with them. */
  readonly #lastNumbers = new Map<string, number>();
  /** Numbers of the headings so far, by their level. */
  #outline: number[] = [];

  /**
   * @param objects formulas and charts by their addresses
   * @param hasSlides whether it is a presentation
   */
  constructor(
    styles: OdfStyles,
    readonly objects: ReadonlyMap<string, EmbeddedObject>,
    readonly hasSlides = false,
  ) {
    this.#styles = styles;
  }

  /** Blocks of what is below an element, in their order. */
  blocksOf(parent: Element | undefined): string[] {
    const texts: string[] = [];
    let wasCode = false;
    let before: { style: string; least: number } | undefined;
    for (const element of elementsOf(parent)) {
      if (element.name === 'text:list') {
        const style = element.attributes['text:style-name'] ?? '';
        const [written, least] = writtenList(this.#listBehind(element, style, before?.style), before?.least);
        texts.push(...written);
        before = { style, least };
        wasCode = false;
        continue;
      }
      const found = this.#block(element);
      // What says nothing stands between no lists, such as the end of a page.
      if (found.length > 0) before = undefined;
      const isCode = element.name === 'text:p' && this.#styles.isPreformatted(element.attributes['text:style-name']);
      // Each line of a program is a paragraph.
      if (isCode && wasCode) texts.push(`${texts.pop() ?? ''}\n${found.join('\n')}`);
      else texts.push(...found);
      wasCode = isCode;
    }
    return texts;
  }

  /** Footnotes and comments of all blocks so far. */
  rest(): string[] {
    return [...this.#notes, ...(this.#comments.length === 0 ? [] : ['Comments:', this.#comments.join('\n')])];
  }

  #block(element: Element): string[] {
    const { name, attributes } = element;
    if (transparent.has(name)) return this.blocksOf(element);
    switch (name) {
      case 'text:h':
        return this.#heading(element);
      case 'text:p': {
        const style = attributes['text:style-name'];
        if (this.#styles.headingOf(style) !== undefined) return this.#heading(element);
        const [text, boxes] = this.#line(element);
        return [this.#styles.isPreformatted(style) ? text.trimEnd() : text.trim(), ...boxes];
      }
      case 'table:table':
        return [this.#table(element)];
      case 'drawing:frame':
        return this.#frame(element);
      default:
        return shapes.test(name) ? this.blocksOf(element) : [];
    }
  }

  /** @param mark the number of an item of a list that it is, if it is one */
  #heading(element: Element, mark?: string): string[] {
    const {
      'text:outline-level': outline,
      'text:style-name': style,
      'text:is-list-header': isBare,
    } = element.attributes;
    const level = Math.min(10, Number(outline ?? this.#styles.headingOf(style) ?? 1));
    const [text, boxes] = this.#line(element);
    const isCounted = element.name === 'text:h' && mark === undefined && isBare !== 'true' && text.trim() !== '';
    if (isCounted) {
      this.#outline = Array.from({ length: level }, (_, at) => this.#outline[at] ?? (at < level - 1 ? 1 : 0));
      this.#outline[level - 1] = (this.#outline[level - 1] ?? 0) + 1;
    }
    const label = mark ?? (isCounted ? this.#styles.outlineOf(this.#outline) : '');
    return [heading(level, `${label} ${text}`), ...boxes];
  }

  /**
   * LibreOffice ends a list of a slide where the style of a deeper level changes: one that begins deep goes on with that before it.
   * @param before style of the list directly before
   */
  #listBehind(list: Element, style: string, before: string | undefined): ListLine[] {
    const goesOn = this.hasSlides && before !== undefined && beginsDeep(list);
    for (let level = 1; goesOn && before !== style && level <= 10; level += 1) {
      const last = this.#lastNumbers.get(`${before} ${level}`);
      if (last === undefined || !this.#styles.areAlike(before, style, level)) {
        this.#lastNumbers.delete(`${style} ${level}`);
      } else {
        this.#lastNumbers.set(`${style} ${level}`, last);
      }
    }
    return this.#list(list, { outer: [], style, goesOn });
  }

  /** @param outer numbers of the items that it is in, and whether it goes on with one before it */
  #list(
    list: Element,
    { outer, style, goesOn = false }: { outer: readonly number[]; style: string; goesOn?: boolean },
  ): ListLine[] {
    const depth = outer.length;
    const { 'xml:id': id, 'text:continue-list': continued, 'text:continue-numbering': numbering } = list.attributes;
    const usual = `${style} ${depth + 1}`;
    const before = continued ?? (numbering === 'true' || goesOn ? usual : undefined);
    const start = this.#styles.startOf(style, depth + 1);
    let number = (before === undefined ? undefined : this.#lastNumbers.get(before)) ?? start - 1;
    return elementsOf(list, 'text:list-item', 'text:list-header').flatMap((entry) => {
      const children = elementsOf(entry);
      const said = entry.attributes['text:start-value'];
      // An item that has another list alone is no item of its own: deeper levels begin in one.
      const isOwn = children.some(({ name }) => name !== 'text:list');
      if (isOwn) number = said === undefined ? number + 1 : Number(said);
      for (const key of [id, usual]) if (key !== undefined) this.#lastNumbers.set(key, number);
      // Deeper levels begin anew.
      for (let deeper = depth + 2; isOwn && deeper <= 10; deeper += 1) this.#lastNumbers.delete(`${style} ${deeper}`);
      const path = [...outer, Math.max(number, start)];
      const mark = entry.name === 'text:list-header' ? '' : this.#styles.markOf(style, path);
      let own: string | undefined = mark;
      return children.flatMap((child): ListLine[] => {
        if (child.name === 'text:list') {
          const inner = child.attributes['text:style-name'] ?? style;
          return this.#list(child, { outer: path, style: inner, goesOn: !isOwn && before !== undefined });
        }
        if (child.name === 'text:h' || this.#styles.headingOf(child.attributes['text:style-name']) !== undefined) {
          return this.#heading(child, mark === '-' ? '' : mark).map((text) => ({ text, depth, mark: 'heading' }));
        }
        const text = this.#block(child).join('\n');
        if (text.trim() === '') return [];
        const line: ListLine = { text, depth, mark: own };
        own = undefined;
        return [line];
      });
    });
  }

  #table(element: Element): string {
    const rows = gridOf(rowsOf(element), (cell) =>
      this.blocksOf(cell)
        .filter((each) => each !== '')
        .join('\n'),
    );
    const [only] = rows;
    return rows.length === 1 && only?.length === 1 ? (only[0] ?? '') : table(rows);
  }

  #frame(element: Element): string[] {
    const box = childOf(element, 'drawing:text-box');
    const grid = childOf(element, 'table:table');
    if (grid !== undefined) return [this.#table(grid)];
    if (box !== undefined) return this.blocksOf(box);
    const object = this.#objectIn(element);
    if (object !== undefined) return [object.text];
    if (childOf(element, 'drawing:image') === undefined) return [];
    const described = oneLine(textOf(childOf(element, 'svg:desc') ?? childOf(element, 'svg:title')));
    return [described === '' ? '[picture]' : `[picture: ${described}]`];
  }

  #objectIn(frame: Element): EmbeddedObject | undefined {
    return this.objects.get(childOf(frame, 'drawing:object')?.attributes['xlink:href'] ?? '');
  }

  /** The text of a paragraph, and blocks of what is anchored in it. */
  #line(paragraph: Element): [text: string, boxes: string[]] {
    const boxes: string[] = [];
    const text = this.#inline(paragraph, boxes);
    return [this.#styles.lookOf(paragraph.attributes['text:style-name']).isHidden ? '' : text, boxes];
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
          case 'text:span': {
            const look = this.#styles.lookOf(child.attributes['text:style-name']);
            return look.isHidden ? '' : markedText(inSymbols(this.#inline(child, boxes), look.font), look);
          }
          case 'text:hidden-text':
          case 'text:hidden-paragraph':
          case 'office:annotation-end':
            return '';
          case 'text:a': {
            const address = child.attributes['xlink:href'] ?? '';
            return link(this.#inline(child, boxes), address.startsWith('#') ? '' : address);
          }
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
          case 'text:page-number':
            return textOf(child).replace('<number>', '');
          case 'text:ruby': {
            const reading = textOf(childOf(child, 'text:ruby-text'));
            return (
              this.#inline(childOf(child, 'text:ruby-base') ?? child, boxes) + (reading === '' ? '' : `(${reading})`)
            );
          }
          case 'drawing:frame': {
            const own = this.#frame(child);
            const isInLine = this.#objectIn(child)?.isFormula ?? childOf(child, 'drawing:image') !== undefined;
            if (isInLine) return own.join(' ');
            boxes.push(...own);
            return '';
          }
          default:
            if (!shapes.test(child.name)) return this.#inline(child, boxes);
            boxes.push(...this.blocksOf(child));
            return '';
        }
      })
      .join('');
  }
}
