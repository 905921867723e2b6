import { isBeforeFraction, isBehindOpenEnd } from '../hits/mathematics.js';
import { formula } from './docx-formula.js';
import { link } from './markdown.js';
import type { Relationship } from './package.js';
import { isOn } from './package.js';
import { markedText } from './marked-text.js';
import type { Styles } from './docx-styles.js';
import { inSymbols, symbol } from './symbol-font.js';
import { below, childOf, elementsOf, textOf } from './xml.js';
import type { Element } from './xml.js';

/** What a document's paragraphs have in common while they are read. */
export interface Surroundings {
  relationships: readonly Relationship[];
  /** Ids of notes in the order in which they are referred to: `footnote 2`. */
  notes: string[];
  /** The texts that comments are about, by their ids, while their ranges are open and after. */
  commented: Map<string, string>;
  openComments: Set<string>;
  /** Texts of documents in other formats that stand in it, by their ids. */
  chunks: ReadonlyMap<string, string>;
}

/** A paragraph's text, and what is anchored in it: paragraphs of text boxes, and charts and diagrams as Markdown. */
export interface Runs {
  text: string;
  boxes: (Element | string)[];
}

/** A field such as a link or a page number: its instruction is not shown, its result is. */
interface Field {
  instruction: string;
  /** The text before its result. */
  before: string;
  isResult: boolean;
}

/** The text of a paragraph as it would be with all tracked changes accepted. */
export function runsOf(paragraph: Element, surroundings: Surroundings, styles: Styles): Runs {
  const reader = new RunReader(surroundings, styles);
  reader.children(paragraph);
  return { text: reader.text, boxes: reader.boxes };
}

class RunReader {
  text = '';
  readonly boxes: (Element | string)[] = [];
  readonly #fields: Field[] = [];
  /** Of the run that is read. */
  #font = '';
  #isBehindFormula = false;

  constructor(
    readonly surroundings: Surroundings,
    readonly styles: Styles,
  ) {}

  children(element: Element): void {
    for (const child of elementsOf(element)) this.#inline(child);
  }

  #formula(element: Element): void {
    const text = formula(element);
    this.#say(isBeforeFraction(this.text, text) ? ` ${text}` : text);
    this.#isBehindFormula = true;
  }

  #say(said: string): void {
    if (this.#fields.some(({ isResult }) => !isResult)) return;
    const text = this.#isBehindFormula && isBehindOpenEnd(this.text, said) ? ` ${said}` : said;
    this.#isBehindFormula = false;
    this.text += text;
    const { commented, openComments } = this.surroundings;
    for (const id of openComments) commented.set(id, (commented.get(id) ?? '') + text);
  }

  #inline(element: Element): void {
    const { name, attributes } = element;
    switch (name) {
      case 'w:r':
        return this.#run(element);
      case 'w:del':
      case 'w:moveFrom':
      case 'w:pPr':
      case 'w:rPr':
      case 'w:sdtPr':
      case 'w:sdtEndPr':
        return;
      case 'w:hyperlink': {
        const { relationships } = this.surroundings;
        const target = relationships.find(({ id, isExternal }) => isExternal && id === attributes['r:id'])?.target;
        const anchor = attributes['w:anchor'] === undefined ? '' : `#${attributes['w:anchor']}`;
        return this.#linked(target === undefined ? '' : target + anchor, () => this.children(element));
      }
      case 'w:fldSimple':
        return this.#linked(addressIn(attributes['w:instr'] ?? ''), () => this.children(element));
      case 'm:oMath':
        return this.#formula(element);
      case 'm:oMathPara':
        return elementsOf(element, 'm:oMath').forEach((each) => this.#formula(each));
      case 'mc:AlternateContent':
        return elementsOf(elementsOf(element)[0]).forEach((child) => this.#inline(child));
      case 'w:commentRangeStart':
        return void this.surroundings.openComments.add(attributes['w:id'] ?? '');
      case 'w:commentRangeEnd':
        return void this.surroundings.openComments.delete(attributes['w:id'] ?? '');
      default:
        // Insertions, what was moved here, content controls, smart tags.
        return this.children(element);
    }
  }

  #run(run: Element): void {
    const properties = this.styles.ofRun(childOf(run, 'w:rPr'));
    const setting = (name: string) => properties.map((each) => childOf(each, name)).find((each) => each !== undefined);
    if (isOn(setting('w:vanish'))) return;
    const from = this.text.length;
    this.#font = setting('w:rFonts')?.attributes['w:ascii'] ?? '';
    for (const child of elementsOf(run)) this.#piece(child);
    const added = this.text.slice(from);
    if (added.trim() === '' || added.length < this.text.length - from) return;
    const raised = setting('w:vertAlign')?.attributes['w:val'];
    const isStruck = isOn(setting('w:strike')) || isOn(setting('w:dstrike'));
    const isMoved = raised === 'subscript' || (raised === 'superscript' && !added.startsWith('[^'));
    const shown = markedText(added, { isStruck, ...(isMoved && { moved: raised === 'subscript' ? 'down' : 'up' }) });
    this.text = this.text.slice(0, from) + shown;
  }

  #piece(element: Element): void {
    const { name, attributes } = element;
    switch (name) {
      case 'w:t':
        return this.#say(inSymbols(textOf(element), this.#font));
      case 'w:tab':
      case 'w:ptab':
        return this.#say('\t');
      case 'w:br':
      case 'w:cr':
        return this.#say('\n');
      case 'w:noBreakHyphen':
        return this.#say('\u2011');
      case 'w:sym':
        return this.#say(symbol(Number.parseInt(attributes['w:char'] ?? '', 16), attributes['w:font'] ?? ''));
      case 'w:footnoteReference':
      case 'w:endnoteReference': {
        const id = `${name.slice(2, -9)} ${attributes['w:id'] ?? ''}`;
        if (!this.surroundings.notes.includes(id)) this.surroundings.notes.push(id);
        return this.#say(`[^${this.surroundings.notes.indexOf(id) + 1}]`);
      }
      case 'w:fldChar':
        return this.#field(element);
      case 'w:instrText': {
        const field = this.#fields.at(-1);
        if (field?.isResult === false) field.instruction += textOf(element);
        return;
      }
      case 'w:ruby': {
        this.children(childOf(element, 'w:rubyBase') ?? element);
        const reading = [...below(childOf(element, 'w:rt'), 'w:t')].map(textOf).join('');
        return this.#say(reading === '' ? '' : `(${reading})`);
      }
      case 'mc:AlternateContent':
        return elementsOf(elementsOf(element)[0]).forEach((child) => this.#piece(child));
      case 'w:drawing':
      case 'w:pict':
      case 'w:object':
        return this.#drawing(element);
      case 'w:rPr':
      case 'w:delText':
      case 'w:delInstrText':
        return;
      default:
        return this.children(element);
    }
  }

  #field(element: Element): void {
    const kind = element.attributes['w:fldCharType'];
    const field = this.#fields.at(-1);
    if (kind === 'begin') {
      this.#say(formField(childOf(element, 'w:ffData')));
      this.#fields.push({ instruction: '', before: this.text, isResult: false });
    } else if (kind === 'separate' && field !== undefined) field.isResult = true;
    else if (kind === 'end' && field !== undefined) {
      this.#fields.pop();
      const address = field.isResult ? addressIn(field.instruction) : '';
      // A field may begin in one run and end in another, or in another paragraph.
      if (address !== '') this.text = field.before + link(this.text.slice(field.before.length), address);
    }
  }

  #linked(address: string, read: () => void): void {
    const before = this.text;
    read();
    if (address !== '') this.text = before + link(this.text.slice(before.length), address);
  }

  #drawing(element: Element): void {
    const boxes = [...below(element, 'w:txbxContent')];
    this.boxes.push(...boxes);
    if (boxes.length > 0) return;
    const drawn = [...below(element, 'c:chart', 'dgm:relIds')].map(
      ({ attributes }) => this.surroundings.chunks.get(attributes['r:id'] ?? attributes['r:dm'] ?? '') ?? '',
    );
    if (drawn.join('') !== '') return void this.boxes.push(...drawn);
    const about = [...all(element)].find(({ name }) => name.endsWith(':docPr'))?.attributes;
    const described = about?.['descr'] ?? about?.['title'] ?? '';
    const isPicture = [...all(element)].some(({ name }) => /:(?:pic|imagedata|chart|relIds)$/.test(name));
    if (isPicture) this.#say(described.trim() === '' ? '[picture]' : `[picture: ${described.trim()}]`);
  }
}

function* all(element: Element): Generator<Element> {
  for (const child of elementsOf(element)) {
    yield child;
    yield* all(child);
  }
}

function addressIn(instruction: string): string {
  const [, address = '', anchor] = /^\s*HYPERLINK\s+"([^"]*)"(?:\s+\\l\s+"([^"]*)")?/i.exec(instruction) ?? [];
  return anchor === undefined || address === '' ? address : `${address}#${anchor}`;
}

/** A check box or a list of a form, whose value is no text of the document. */
function formField(field: Element | undefined): string {
  const box = childOf(field, 'w:checkBox');
  if (box !== undefined) return isOn(childOf(box, 'w:checked') ?? childOf(box, 'w:default')) ? '☒' : '☐';
  const list = childOf(field, 'w:ddList');
  const at = Number(
    childOf(list, 'w:result')?.attributes['w:val'] ?? childOf(list, 'w:default')?.attributes['w:val'] ?? 0,
  );
  return elementsOf(list, 'w:listEntry')[at]?.attributes['w:val'] ?? '';
}
