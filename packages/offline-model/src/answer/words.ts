import { stemmer } from 'stemmer';

// Scripts without spaces count by the character. Intl.Segmenter would know their words, but its time grows with the square of a text.
const word = /[\p{sc=Han}\p{sc=Hiragana}\p{sc=Katakana}\p{sc=Thai}]|[\p{L}\p{N}](?:[’']?[\p{L}\p{M}\p{N}])*/gu;

// Function words, and the words by which a task is put: neither says what a sentence should be about.
const stopWords = new Set(
  `a about above after again against all also am an and any are as at be because been before being below between both but by can could
  did do does doing down during each few for from further had has have having he her here hers him his how i if in into is it its just
  me more most my no nor not of off on once only or other our out over own same she should so some such than that the their them then
  there these they this those through to too under until up us very was we were what when where which while who whom why will with
  would you your
  answer ask brief bullet concise content describe document explain extract find following give identify important key list look main
  matter mention name note plain please point question read reader report return say see sentence short show specialist state
  summarise summarize summary tell text use word write`
    .split(/\s+/)
    .map(stemmer),
);

/** The words of a text, lower-cased and stemmed by Porter's rules, in order. */
export function stems(text: string): string[] {
  return (text.toLowerCase().match(word) ?? []).map(stemmer);
}

/** What a task is about: its words without stop words, each once. */
export function topicOf(task: string): string[] {
  return [...new Set(stems(task))].filter((word) => !stopWords.has(word) && !/^\d$/.test(word));
}

export function isStopWord(word: string): boolean {
  return stopWords.has(word);
}
