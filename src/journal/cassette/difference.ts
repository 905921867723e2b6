import { beginningOf } from '../../contract/cut-text.js';

/** Characters of a line that are quoted on either side. */
const quoted = 48;

/** The parts of a question by the names that people have for them, in the order of interest. */
export type QuestionParts = ReadonlyMap<string, string>;

/** Takes a question apart: model, system prompt, document, prompt, and whatever else was asked with it. */
export function partsOf({ messages, ...rest }: Record<string, unknown>): QuestionParts {
  const parts = new Map<string, string>();
  const [first, ...turns] = Array.isArray(messages) ? (messages as Message[]) : [];
  const blocks = typeof first?.content === 'string' ? [first.content] : [...(first?.content ?? [])];
  // The prompt comes last, behind the documents that branches share.
  const prompt = blocks.at(-1);
  const isText = typeof prompt === 'string' || prompt?.type === 'text';
  if (isText) parts.set('prompt', textOf(prompt));
  const documents = isText ? blocks.slice(0, -1) : blocks;
  if (documents.length > 0) parts.set('document', documents.map(textOf).join('\n'));
  for (const [name, value] of Object.entries(rest)) parts.set(names.get(name) ?? name, textOf(value));
  turns.forEach((turn, at) => parts.set(`turn ${at + 2}`, textOf(turn.content)));
  return parts;
}

const names = new Map([
  ['max_tokens', 'max tokens'],
  ['system', 'system prompt'],
  ['output_config', 'output schema'],
  ['tool_choice', 'choice of tools'],
]);

interface Message {
  content: string | Block[];
}

type Block = string | { type?: string; text?: unknown };

function textOf(value: unknown): string {
  if (typeof value === 'string') return value;
  const { type, text } = (value ?? {}) as { type?: unknown; text?: unknown };
  return type === 'text' && typeof text === 'string' ? text : JSON.stringify(value);
}

/** How near two questions are: equal parts count whole, others by how much of their beginnings and ends they share. */
export function nearness(one: QuestionParts, other: QuestionParts): number {
  let sum = 0;
  for (const [name, text] of one) sum += shared(text, other.get(name));
  return sum / Math.max(one.size, other.size, 1);
}

function shared(one: string, other: string | undefined): number {
  if (other === undefined) return 0;
  if (one === other) return 1;
  const longest = Math.max(one.length, other.length);
  const start = commonStart(one, other);
  let end = 0;
  const most = Math.min(one.length, other.length) - start;
  while (end < most && one.at(-1 - end) === other.at(-1 - end)) end += 1;
  return ((start + end) / longest) * 0.9;
}

function commonStart(one: string, other: string): number {
  let at = 0;
  while (at < one.length && one[at] === other[at]) at += 1;
  return Math.min(at, one.length, other.length);
}

/** What differs, in words: `prompt: line 2 was "…" and is "…"`. */
export function differences(recorded: QuestionParts, asked: QuestionParts): string[] {
  const all = new Set([...asked.keys(), ...recorded.keys()]);
  return [...all].flatMap((name) => {
    const [was, is] = [recorded.get(name), asked.get(name)];
    if (was === is) return [];
    if (was === undefined) return [`${name}: there was none, and is ${quote(is ?? '', 0)}`];
    if (is === undefined) return [`${name}: it was ${quote(was, 0)}, and there is none`];
    return [`${name}: ${lineThatDiffers(was, is)}`];
  });
}

function lineThatDiffers(was: string, is: string): string {
  const start = commonStart(was, is);
  const line = was.slice(0, start).split('\n').length;
  const from = was.lastIndexOf('\n', start - 1) + 1;
  const [before, now] = [was, is].map((text) => quote(lineAt(text, from), start - from));
  const isLong = was.includes('\n') || is.includes('\n');
  return `${isLong ? `line ${line} ` : ''}was ${before} and is ${now}`;
}

function lineAt(text: string, from: number): string {
  const end = text.indexOf('\n', from);
  return text.slice(from, end === -1 ? undefined : end);
}

/** Quotes a line around the place where it differs. */
function quote(line: string, at: number): string {
  const from = at <= quoted / 2 ? 0 : at - Math.floor(quoted / 3);
  const cut = beginningOf(line.slice(from).replace(/^\p{Cs}/u, ''), quoted);
  return JSON.stringify(`${from > 0 ? '…' : ''}${cut}${from + cut.length < line.length ? '…' : ''}`);
}
