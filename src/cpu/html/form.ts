import { attributeOf, findElement, isElement, textContent } from './parse-html.js';
import type { HtmlElement } from './parse-html.js';

/** Kinds of input that have a caption and no value, and those whose value is nobody's to read. */
const buttons = /^(button|submit|reset)$/;
const silent = /^(hidden|password|file|color)$/;

/** What a field of a form shows: `[name: value]`, `[x]` for a box that is ticked, the caption of a button; nothing where it is empty. */
export function fieldText(field: HtmlElement): string {
  if (field.tagName === 'select') return named(field, chosen(field).join(', '));
  if (field.tagName === 'textarea') return named(field, field.childNodes.map((child) => textContent(child)).join(''));
  const type = (attributeOf(field, 'type') ?? 'text').toLowerCase();
  const value = attributeOf(field, 'value') ?? '';
  if (silent.test(type)) return '';
  if (type === 'image') return attributeOf(field, 'alt') ?? '';
  if (buttons.test(type)) return value;
  if (type === 'checkbox' || type === 'radio') return attributeOf(field, 'checked') === undefined ? '[ ]' : '[x]';
  return named(field, value);
}

function named(field: HtmlElement, value: string): string {
  const shown = value.trim();
  if (shown === '') return '';
  const name = ['aria-label', 'name', 'id', 'placeholder']
    .map((each) => attributeOf(field, each)?.trim())
    .find(Boolean);
  return name === undefined ? `[${shown}]` : `[${name}: ${shown}]`;
}

/** The options that are chosen; browsers choose the first one where none is, if only one can be. */
function chosen(select: HtmlElement): string[] {
  const options: HtmlElement[] = [];
  findElement(select, (element) => {
    if (element.tagName === 'option') options.push(element);
    return false;
  });
  const selected = options.filter((option) => attributeOf(option, 'selected') !== undefined);
  const isMultiple = attributeOf(select, 'multiple') !== undefined;
  const shown = selected.length > 0 || isMultiple ? selected : options.slice(0, 1);
  return shown.map((option) =>
    option.childNodes
      .map((child) => textContent(child))
      .join('')
      .trim(),
  );
}

/** What is in a list, by its parent: no element of another list. */
export function ownElements(parent: HtmlElement): HtmlElement[] {
  return parent.childNodes.filter((child): child is HtmlElement => isElement(child));
}
