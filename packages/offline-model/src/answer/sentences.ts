import { stems } from './words.js';

/** A sentence of the material, as it stands there. */
export interface Sentence {
  text: string;
  /** Its words, stemmed. */
  stems: string[];
}

const segmenter = new Intl.Segmenter('en', { granularity: 'sentence' });

/** The sentences of a text in its order. Headings, list marks and table rules are none, unless there is nothing else. */
export function sentencesOf(text: string): Sentence[] {
  const material = withoutMarks(text.replace(/\r\n?/g, '\n'));
  const sentences = paragraphsOf(withoutHeadings(material)).flatMap(splitParagraph);
  return sentences.length > 0 ? sentences : paragraphsOf(material).flatMap(splitParagraph);
}

/**
 * What a program puts around material is none of it: a line of dashes with a number that nobody guesses, and the title and the address of a search
 * result. The result's own number stays, for an answer cites by it.
 */
function withoutMarks(text: string): string {
  return text
    .replace(/^--- [0-9a-f]{16,}(?: [^\n]*)?$/gm, '\n')
    .replace(/^(\[\d{1,4}\]) [^\n]*\n[a-z][a-z0-9+.-]*:\/\/\S*\n/gm, '$1 ');
}

/** A heading is marked as one, or is a short line without an end that a new sentence follows. */
function withoutHeadings(text: string): string {
  return text
    .replace(/^#{1,6}\s.*$/gm, '\n')
    .replace(/^(?![ \t]*[-*+•|]).{0,59}[^\s.!?;:,]\n+(?=[ \t]*["“'(]?\p{Lu})/gmu, '\n\n');
}

function paragraphsOf(text: string): string[] {
  return text
    .split(/\n\s*\n|\n(?=\s*(?:[-*+•]|\d+[.)]|\|)\s)/)
    .map((paragraph) => paragraph.replace(/^\s*(?:[-*+•]|\d+[.)])\s+/, '').trim())
    .filter((paragraph) => /[\p{L}\d]/u.test(paragraph));
}

/** How an extract begins, under a name or without one. */
const opening = /^(?:[^.:!?]{1,60}: )?Offline (?:extract|model):/;

function splitParagraph(paragraph: string): Sentence[] {
  const sentences: Sentence[] = [];
  for (const segment of segmentsOf(joinLines(paragraph))) {
    const text = segment.trim().replace(/^["“]+|["”]+$/g, '');
    const words = stems(text);
    // One or two words are a heading, a number or the rest of an abbreviation; and an extract of extracts must not quote their opening lines.
    if (words.length > 2 && !opening.test(text)) sentences.push({ text, stems: words });
  }
  return sentences;
}

// The segmenter's time grows with the square of its text: it gets a window at a time.
const windowLength = 4_096;

function* segmentsOf(text: string): Generator<string> {
  let start = 0;
  while (start < text.length) {
    const segments = [...segmenter.segment(text.slice(start, start + windowLength))].map(({ segment }) => segment);
    // The last sentence may go on behind the window: it opens the next one, unless it fills a window alone.
    if (start + windowLength < text.length && segments.length > 1) segments.pop();
    yield* segments;
    start += segments.reduce((length, segment) => length + segment.length, 0);
  }
}

// The segmenter ends a sentence at every line break, and text that is wrapped breaks sentences over lines.
function joinLines(paragraph: string): string {
  return paragraph
    .split('\n')
    .map((line) => line.trim())
    .join(' ');
}
