import { item } from './markdown.js';
import { elementsOf } from './xml.js';
import type { Element } from './xml.js';

/** A line of a list: an item with its mark, what goes on with one, or a heading that is numbered as one. */
export interface ListLine {
  text: string;
  depth: number;
  mark: string | undefined;
}

/**
 * Lists between the headings in them; those that begin deep stand as others do.
 * @param before least depth of the lists directly before, below which this one stands
 * @returns its blocks, and the least depth for a list directly behind
 */
export function writtenList(lines: readonly ListLine[], before = Infinity): [texts: string[], least: number] {
  const texts: string[] = [];
  let items: ListLine[] = [];
  let least = before;
  const end = () => {
    least = items.reduce((so, { depth }) => Math.min(so, depth), least);
    const written = items.map(({ text, depth, mark }) =>
      mark === undefined ? `${'   '.repeat(depth - least + 1)}${text}` : item(depth - least, mark, text).trimEnd(),
    );
    texts.push(written.join('\n'));
    items = [];
  };
  for (const line of lines) {
    if (line.mark !== 'heading') {
      items.push(line);
      continue;
    }
    end();
    texts.push(line.text);
    least = Infinity;
  }
  end();
  return [texts.filter((text) => text !== ''), least];
}

/** Whether the first item of a list has another list alone. */
export function beginsDeep(list: Element): boolean {
  const [first] = elementsOf(list, 'text:list-item', 'text:list-header');
  return first !== undefined && elementsOf(first).every(({ name }) => name === 'text:list');
}
