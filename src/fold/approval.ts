import { beginningOf } from '../contract/cut-text.js';
import type { WantedCall } from '../contract/model-request.js';
import type { Stored } from '../contract/stored.js';
import { markdownCode, visibleLine } from './visible-text.js';

/** A decision about calls that wait to be allowed. */
export interface Decision {
  allow: boolean;
  /** Keys of the calls; all that wait by default. A call that takes its name must be named to be allowed. */
  keys?: string[];
  /** The reason of a refusal, which the model is told. */
  reason?: string;
}

const middle = ' waits to be allowed: ';

/**
 * The summary of the timer that stands for the wait. It has nothing of the input: Temporal keeps 400 bytes, and a part would be
 * taken for the whole.
 */
export function approvalSummary(key: string): string {
  return `${key}${middle}see the current details of the run, or fanfold show`;
}

/** The key of the call that waits, if the summary is that of such a timer. */
export function approvalOf(summary: string): string | undefined {
  const at = summary.indexOf(middle);
  return at < 0 ? undefined : summary.slice(0, at);
}

/** Most characters of a field's value and of its name that are shown, and most fields: more fill a screen, and are not read. */
const mostValue = 1_000;
/** Most lines of a field's value: what has more pushes the fields beside it off the screen. */
const mostLines = 15;
const mostName = 100;
const mostFields = 40;

/** A field of an input, as it is shown. */
export interface ShownField {
  /** The field's name, in quotes where it is more than one plain word. */
  name: string;
  /** The field's value: a text as it is; any other value, or a text that looks like one, as JSON. It may have several lines. */
  value: string;
  /** Characters of the value that are left out. */
  left: number;
}

/** An input as it is shown to whoever is to allow it. */
export interface ShownInput {
  /** In the order in which the model wrote them. */
  fields: ShownField[];
  /** Fields that are left out. */
  left: number;
  /** Whether anything is left out. */
  isCut: boolean;
}

/**
 * Shows an input field by field. Each field is cut by itself.
 *
 * @param indent spaces of each level of JSON; 0 for all of it in one line
 */
export function shownInput(input: unknown, indent = 2): ShownInput {
  const isObject = typeof input === 'object' && input !== null && !Array.isArray(input);
  const all: [string, unknown][] = isObject ? Object.entries(input) : [['input', input]];
  const fields = all.slice(0, mostFields).map(([name, value]): ShownField & { isNameCut: boolean } => {
    const text = textOf(value, indent);
    const shown = beginningOf(text.split('\n').slice(0, mostLines).join('\n'), mostValue);
    return {
      name: /^[\w-]+$/.test(name) && name.length <= mostName ? name : JSON.stringify(beginningOf(name, mostName)),
      value: shown,
      left: text.length - shown.length,
      isNameCut: name.length > mostName,
    };
  });
  const left = all.length - fields.length;
  return {
    fields: fields.map(({ isNameCut, ...field }) => (isNameCut ? { ...field, name: `${field.name}…` } : field)),
    left,
    isCut: left > 0 || fields.some((field) => field.left > 0 || field.isNameCut),
  };
}

/** The number of characters that are left out, in words. */
export function leftOut(count: number, what = 'characters'): string {
  return `… ${count.toLocaleString('en')} ${what} left out`;
}

/**
 * Whether a call is allowed by its key only. An input in the store can be shown by processes that can read it, and not in the Web
 * UI.
 */
export function takesName(input: Stored<unknown>): boolean {
  return !('inline' in input) || shownInput(input.inline).isCut;
}

/**
 * A waiting call for the Web UI: Markdown in which the model's words are code.
 *
 * @param input is not shown where it is in the store, or left out here
 */
export function approvalMarkdown(key: string, input: Stored<unknown> | undefined, named: boolean): string {
  const rows =
    input !== undefined && 'inline' in input
      ? fieldRows(shownInput(input.inline, 0))
      : ['- an input too large for this place: `fanfold show` has it'];
  const decision = JSON.stringify({ allow: true, ...(named && { keys: [key] }) });
  return [`**${key}** waits to be allowed, with`, '', ...rows, '', `by the update \`approve\`: \`${decision}\``].join(
    '\n',
  );
}

function fieldRows({ fields, left }: ShownInput): string[] {
  const rows = fields.map(
    (field) =>
      `- ${markdownCode(field.name)}: ${field.value === '' ? '' : markdownCode(field.value)}${field.left > 0 ? ` ${leftOut(field.left)}` : ''}`,
  );
  if (left > 0) rows.push(`- ${leftOut(left, 'fields')}`);
  return rows.length === 0 ? ['- no fields'] : rows;
}

function textOf(value: unknown, indent: number): string {
  const text = typeof value === 'string' && !couldBeTakenForJson(value) ? value : JSON.stringify(value, null, indent);
  return text ?? 'null';
}

/**
 * Whether a text is to be shown as JSON: an empty one, one that JSON would read as another value, one with blanks at its ends,
 * which nobody would see.
 */
function couldBeTakenForJson(text: string): boolean {
  // The ends of a text of several lines are seen.
  if (text.includes('\n')) return false;
  if (text.trim() !== text || text === '') return true;
  if (!/^["[{\d-]|^(?:true|false|null)$/.test(text)) return false;
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

/**
 * Makes the keys of calls, in the order in which they were asked for: the tool's name and the number of the call. A model may
 * make names up: calls of unknown tools are called `unknown-1`, ….
 *
 * @param before keys of all branches so far
 */
export function callKeys(
  calls: readonly Pick<WantedCall, 'name'>[],
  tools: readonly { name: string }[],
  before: readonly string[],
): string[] {
  const counts = new Map<string, number>();
  for (const key of before) {
    const name = key.slice(0, key.lastIndexOf('-'));
    counts.set(name, (counts.get(name) ?? 0) + 1);
  }
  return calls.map(({ name }) => {
    const word = tools.some((tool) => tool.name === name) ? name : 'unknown';
    const number = (counts.get(word) ?? 0) + 1;
    counts.set(word, number);
    return `${word}-${number}`;
  });
}

/** A model's name for something, for a message: one line, and no longer than a person reads. */
export function givenName(name: string): string {
  const shown = visibleLine(beginningOf(name, mostName));
  return name.length > mostName ? `${shown}…` : shown;
}
