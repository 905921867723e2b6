import { markedText } from './marked-text.js';
import type { Marks } from './marked-text.js';

/** A text of a workbook in the pieces that it is written in, put together. What says how they are spoken (`rPh`) is no part of them. */
export class RichText {
  text = '';
  #run = '';
  #marks: Marks = {};
  #isText = false;
  #isSpoken = false;

  open(name: string, attributes: Readonly<Record<string, string>>): void {
    if (name === 'x:rPh') this.#isSpoken = true;
    else if (name === 'x:t') this.#isText = !this.#isSpoken;
    else if (name === 'x:strike') this.#marks.isStruck = !/^(0|false)$/.test(attributes['val'] ?? '1');
    else if (name === 'x:vertAlign' && attributes['val'] !== 'baseline') {
      this.#marks.moved = attributes['val'] === 'subscript' ? 'down' : 'up';
    }
  }

  add(text: string): void {
    if (this.#isText) this.#run += text;
  }

  close(name: string): void {
    if (name === 'x:rPh') this.#isSpoken = false;
    if (name === 'x:t') this.#isText = false;
    if (name !== 'x:r' && name !== 'x:si' && name !== 'x:is' && name !== 'x:c') return;
    this.text += markedText(unescaped(this.#run), this.#marks);
    this.#run = '';
    this.#marks = {};
  }
}

/** Characters that XML does not take are written as `_x000D_` (ECMA-376, part 1, 22.4.2.4); a line ends with one of them, or with both. */
export function unescaped(text: string): string {
  if (!text.includes('_x')) return text;
  return text
    .replaceAll(/_x([\dA-Fa-f]{4})_/g, (_, code: string) => String.fromCharCode(Number.parseInt(code, 16)))
    .replaceAll(/\r\n?/g, '\n');
}
