import { largest } from '../largest.js';
import { markdownTable } from '../markdown/table.js';
import type { Block } from './columns.js';
import { joined, wordsInside } from './join-lines.js';
import type { HasWord } from './join-lines.js';
import type { Line } from './rows.js';

/** Beginning of an item of a list, or of a numbered clause. */
const item =
  /^([•◦▪●○■□‣⁃∙·*–—-]|\(?\d{1,3}[.)]|\(?[a-zA-Z][.)]|\(?[ivxIVX]{1,5}[.)]|\d+(\.\d+)+\.?|§+\s?\d+|\[[ x]\])\s/u;
/** `Date: 4 March`: lines of these are no sentence. */
const labelled = /^\p{Lu}[\p{L}\p{N} ./()#-]{0,30}:\s/u;
const bullet = /^[•◦▪●○■□‣⁃∙·]\s*/u;

/** Heights of letters and distances between baselines, beside the usual ones, from which on something new begins. */
const [largerSize, largerPitch] = [1.1, 1.4];

/** Distance between lines in heights of letters, where a document does not show it. */
const usualSpacing = 1.35;

/** How much larger than the text a heading is, the most characters that it has, and the share of a document that headings can be. */
const headingSize = 1.2;
const longestHeading = 150;
const mostHeadings = 0.3;

/** How a whole document is set. */
export interface Setting {
  hasWord: HasWord;
  /** Sizes of headings, the largest first. */
  headings: readonly number[];
  /** Distance between the lines of a paragraph, in heights of letters. */
  spacing: number;
}

/** @param blocks of all pages */
export function settingOf(blocks: readonly Block[]): Setting {
  const lines = blocks.flatMap((block) => (block.kind === 'lines' ? block.lines : []));
  const bySize = new Map<number, number>();
  for (const { text, size } of lines) {
    const rounded = roundedSize(size);
    bySize.set(rounded, (bySize.get(rounded) ?? 0) + text.length);
  }
  const [body = 0] = [...bySize].toSorted(([, one], [, other]) => other - one)[0] ?? [];
  const all = lines.reduce((sum, { text }) => sum + text.length, 0);
  const larger = [...bySize].filter(([size]) => size >= headingSize * body);
  const isSure = larger.reduce((sum, [, length]) => sum + length, 0) <= mostHeadings * all;
  return {
    spacing:
      lowerQuartile(
        blocks.flatMap((block) =>
          block.kind === 'lines' ? pitchesOf(block.lines).map(({ pitch, size }) => pitch / size) : [],
        ),
      ) ?? usualSpacing,
    hasWord: wordsInside(lines.map(({ text }) => text)),
    headings: isSure ? larger.map(([size]) => size).toSorted((one, other) => other - one) : [],
  };
}

function roundedSize(size: number): number {
  return Math.round(size * 2) / 2;
}

/** Blocks as Markdown. */
export function writeBlocks(blocks: readonly Block[], setting: Setting): string {
  const texts = blocks.map((block) =>
    block.kind === 'table'
      ? markdownTable(block.rows.map((row) => row.map((cell) => asOneLine(cell, setting))))
      : writeLines(block.lines, setting),
  );
  return joinTexts(
    texts.filter((text) => text !== ''),
    setting,
  ).join('\n\n');
}

/** Lines of a cell as one. */
function asOneLine(cell: string, { hasWord }: Setting): string {
  return cell.split('\n').reduce((line, next) => joined(line, next, hasWord));
}

/** Texts one after the other. A sentence that goes on in the next column, or on the next page, goes on in the text. */
export function joinTexts(texts: readonly string[], { hasWord }: Setting): string[] {
  const parts: string[] = [];
  for (const text of texts) {
    const last = parts.at(-1) ?? '';
    if (goesOn(last, text)) parts[parts.length - 1] = joined(last, text, hasWord);
    else parts.push(text);
  }
  return parts;
}

function goesOn(text: string, next: string): boolean {
  const last = text.slice(text.lastIndexOf('\n') + 1);
  return /[\p{L},;\-\u2010\u00AD]$/u.test(last) && !last.startsWith('#') && /^\p{Ll}{2}/u.test(next);
}

function writeLines(lines: readonly Line[], setting: Setting): string {
  const size = lines[0]?.size ?? 0;
  const most = Math.max(usualSpacing, setting.spacing) * size;
  const usual = Math.min(lowerQuartile(pitchesOf(lines).map(({ pitch }) => pitch)) ?? 0, most);
  const right = largest(lines.map((line) => line.right));
  const written: string[] = [];
  let start: Line | undefined;
  let last: Line | undefined;
  // The end is kept apart: looking at the end of a string that grows costs time in proportion to it.
  let parts: string[] = [];
  let tail = '';
  const end = () => {
    if (start !== undefined) written.push(asHeading(parts.join('') + tail, start, setting));
    parts = [];
  };
  for (const line of lines) {
    const how = last === undefined ? 'new' : howGoesOn(last, line, { usual, right });
    if (how === 'new') {
      end();
      start = line;
      tail = asItem(line.text);
    } else if (how === 'line') {
      parts.push(`${tail}\n`);
      tail = asItem(line.text);
    } else {
      const both = joined(tail, line.text, setting.hasWord);
      parts.push(both.slice(0, both.length - line.text.length));
      tail = line.text;
    }
    last = line;
  }
  end();
  return written.join('\n\n');
}

type Around = { usual: number; right: number };

/** Whether a line goes on with a sentence, stands below it, or begins something new. */
function howGoesOn(last: Line, line: Line, { usual, right }: Around): 'same' | 'line' | 'new' {
  const size = Math.max(last.size, line.size);
  const pitch = line.baseline - last.baseline;
  if (size > largerSize * Math.min(last.size, line.size) || pitch > largerPitch * Math.max(usual, size) || pitch <= 0) {
    return 'new';
  }
  if (item.test(line.text)) return 'line';
  if (/^\p{Ll}/u.test(line.text)) return 'same';
  if (labelled.test(last.text) && labelled.test(line.text)) return 'line';
  const isIndented =
    line.left > last.left + 0.8 * size && line.left < last.left + 5 * size && last.right > right - size;
  if (isIndented && /[.:;!?…»"”’)]$/.test(last.text)) return 'new';
  // Whoever ends a line before the next word would have to go down means the end.
  const [word = ''] = line.text.split(/\s/);
  const wordWidth = ((line.right - line.left) * word.length) / line.text.length;
  return right - last.right > wordWidth + 0.5 * size && !/[-\u2010\u00AD,]$/.test(last.text) ? 'line' : 'same';
}

/** Distances between lines that stand below each other. */
function pitchesOf(lines: readonly Line[]): { pitch: number; size: number }[] {
  return lines
    .slice(1)
    .map(({ baseline }, at) => ({ pitch: baseline - (lines[at] as Line).baseline, size: (lines[at] as Line).size }))
    .filter(({ pitch, size }) => pitch > 0 && pitch < 3 * size);
}

/** What a quarter of numbers is not larger than: lines of a paragraph, where there are many short ones. */
function lowerQuartile(numbers: readonly number[]): number | undefined {
  return numbers.toSorted((one, other) => one - other)[Math.floor((numbers.length - 1) / 4)];
}

function asItem(text: string): string {
  return text.replace(bullet, '- ');
}

function asHeading(text: string, { size }: Line, { headings }: Setting): string {
  const level = headings.indexOf(roundedSize(size)) + 1;
  const oneLine = text.replaceAll(/\s+/g, ' ');
  const isOne = level > 0 && oneLine.length <= longestHeading && /\p{L}{2}/u.test(oneLine) && !/[,;]$/.test(oneLine);
  return isOne ? `${'#'.repeat(Math.min(level, 6))} ${oneLine}` : text;
}
