import { saysQuote } from '../../fold/findings.js';
import type { Finding } from '../../fold/findings.js';
import { visibleLine } from '../../fold/visible-text.js';
import { safeLink } from '../answer/link.js';
import type { AnswerPart, SectionPart, ShownSource } from '../answer/parts.js';
import { numberOf, textOf } from '../answer/texts.js';
import { directed, element, preformatted } from './dom.js';
import { anchor, markdown, scrolled } from './markdown-elements.js';
import type { Cite } from './markdown-elements.js';

/** How deep a heading is. */
type Depth = 3 | 4 | 5 | 6;

/** Most of a list that are shown before more is asked for: a page of ten thousand answers would not open on a phone. */
const atOnce = 50;

let reports = 0;

/** The parts of an answer as elements. */
export function partElements(parts: readonly AnswerPart[], depth: Depth = 3): HTMLElement[] {
  reports += 1;
  const name = `source-${reports}`;
  return elementsOf(parts, depth, name);
}

function elementsOf(parts: readonly AnswerPart[], depth: Depth, sources: string): HTMLElement[] {
  if (parts.length <= atOnce) return parts.map((part) => elementOf(part, depth, sources));
  const shown = element('div');
  growing(shown, parts, 'sections', (part) => elementOf(part, depth, sources));
  return [shown];
}

function elementOf(part: AnswerPart, depth: Depth, sources: string): HTMLElement {
  switch (part.part) {
    case 'text': {
      const { text, cites = 0 } = part;
      const cite: Cite = (number) => (number >= 1 && number <= cites ? `#${sources}-${number}` : undefined);
      return markdown(text, cite);
    }
    case 'section':
      return sectionElement(part, depth, sources);
    case 'side by side':
      return classed('div', 'beside', ...part.columns.map((column) => sectionElement(column, depth, sources)));
    case 'table':
      return tableElement(part.columns, part.rows);
    case 'fields':
      return classed(
        'dl',
        'fields',
        ...part.fields.flatMap(({ name, parts }) => [
          element('dt', visibleLine(name)),
          element('dd', ...elementsOf(parts, deeper(depth), sources)),
        ]),
      );
    case 'list': {
      const list = element('ul');
      growing(list, part.items, 'entries', (item) => element('li', ...elementsOf(item, deeper(depth), sources)));
      return element('div', list);
    }
    case 'sources':
      return sourcesElement(part.sources, sources);
    case 'findings':
      return findingsElement(part.findings);
    case 'code':
      return preformatted(part.text);
    case 'note': {
      const shown = classed('p', 'note', part.text);
      shown.dataset['tone'] = part.tone;
      return shown;
    }
  }
}

function sectionElement({ title, note, parts }: SectionPart, depth: Depth, sources: string): HTMLElement {
  const heading = element(`h${depth}`, visibleLine(title));
  if (note !== undefined) heading.append(' ', classed('span', 'beside-heading', visibleLine(note)));
  return element('section', heading, ...elementsOf(parts, deeper(depth), sources));
}

function tableElement(columns: readonly string[], rows: readonly (readonly unknown[])[]): HTMLElement {
  const body = element('tbody');
  const head = element('thead', element('tr', ...columns.map((column) => element('th', visibleLine(column)))));
  const whole = element('div', scrolled(element('table', head, body)));
  growing(body, rows, 'rows', (row) =>
    element('tr', ...row.map((cell) => directed('td', cell === undefined || cell === null ? '' : shortCell(cell)))),
  );
  return whole;
}

function shortCell(cell: unknown): string {
  return typeof cell === 'object' ? JSON.stringify(cell) : textOf(cell);
}

/** Puts in the first entries, and below them a button for more where there are more. */
function growing<Entry>(
  into: HTMLElement,
  entries: readonly Entry[],
  what: string,
  made: (entry: Entry) => HTMLElement,
): void {
  let shown = 0;
  const button = classed('button', 'more');
  button.type = 'button';
  const grow = () => {
    into.append(...entries.slice(shown, shown + atOnce).map(made));
    shown = Math.min(entries.length, shown + atOnce);
    button.textContent = `${numberOf(Math.min(atOnce, entries.length - shown))} more ${what} of ${numberOf(entries.length)}`;
    if (shown >= entries.length) button.remove();
  };
  grow();
  button.addEventListener('click', grow);
  // A table's body holds rows only: the button stands behind whatever is scrolled.
  if (shown < entries.length) queueMicrotask(() => (into.closest('.scrolled') ?? into).after(button));
}

function sourcesElement(sources: readonly ShownSource[], name: string): HTMLElement {
  const list = classed('ol', 'sources');
  growing(list, sources, 'sources', ({ number, title, link, text, by }) => {
    const address = safeLink(link);
    const heading = visibleLine(title === '' ? link : title);
    const entry = element(
      'li',
      address === undefined ? element('strong', heading) : anchor(address, heading),
      ' ',
      classed('span', 'beside-heading', visibleLine(by.join(', '))),
      ...(link === '' || link === title ? [] : [classed('div', 'address', visibleLine(link))]),
      ...(text === '' ? [] : [element('div', cut(text))]),
    );
    entry.value = number;
    entry.id = `${name}-${number}`;
    return entry;
  });
  return element('div', list);
}

/** Longest text of a hit that is shown, in UTF-16 code units. */
const longestText = 600;

function cut(text: string): string {
  return text.length > longestText ? `${text.slice(0, longestText).replace(/\p{Cs}$/u, '')}…` : text;
}

function findingsElement(findings: readonly Finding[]): HTMLElement {
  const list = classed('ul', 'findings');
  growing(list, findings, 'findings', (finding) => {
    const { check, severity, line, column, quote, message, suggestion } = finding;
    const mark = classed('strong', 'severity', severity);
    mark.dataset['severity'] = severity;
    const quoted = element('blockquote', suggestion === undefined ? quote : element('del', quote));
    if (suggestion !== undefined) quoted.append(' ', element('ins', suggestion === '' ? '(leave it out)' : suggestion));
    return element(
      'li',
      element('div', mark, ' ', message),
      ...(saysQuote(finding) ? [] : [quoted]),
      classed('div', 'beside-heading', `line ${line}, column ${column} · ${visibleLine(check)}`),
    );
  });
  return element('div', list);
}

/** Makes an element of a class. */
export function classed<Name extends keyof HTMLElementTagNameMap>(
  name: Name,
  className: string,
  ...children: (Node | string)[]
): HTMLElementTagNameMap[Name] {
  const made = element(name, ...children);
  made.className = className;
  return made;
}

function deeper(depth: Depth): Depth {
  return Math.min(6, depth + 1) as Depth;
}
