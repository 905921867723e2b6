import type { Secrets } from '../../src/secrets/index.js';

/** Most of an answer that a heartbeat carries, in UTF-16 code units: more than a wide terminal shows in a line. */
const mostShown = 240;
/** As much is looked through for secrets, so that none is cut before it is found. */
const lookedThrough = 4_000;

/** The newest words of an answer under way, without secrets; of a word of ASCII that is still being written nothing is told: it may be one. */
export function newestWords(text: string, secrets: Pick<Secrets, 'text'>): string {
  const tail = text.slice(-lookedThrough).replace(/[!-~]+$/, '');
  const words = secrets.text(tail).replace(/\s+/g, ' ').trim();
  if (words.length <= mostShown) return words;
  // No half of a word, and of a script without blanks no half of a character.
  const cut = words.slice(-mostShown);
  const first = cut.indexOf(' ');
  return (first < 0 ? cut : cut.slice(first + 1)).replace(/^\p{Cs}/u, '');
}
