import type { Dialect } from '../../contract/dialects.js';

/** Words that English alone has among its most frequent ones: about one word in four of its prose. */
const frequent = new Set(
  'the of and to that is are be with this by from which not have has or it as its will can each when'.split(' '),
);

/** A smaller share of them is doubtful: a table, or another language. */
const leastFrequent = 0.08;

/** With a larger one no other language comes: what is not known are terms and slips. */
const surelyFrequent = 0.15;
const leastSure = 10;

/** Shorter texts say too little, in words. */
const leastWords = 40;

/** Whether a text is English beyond doubt; a short one is taken to be. */
export function isPlainlyEnglish(text: string): boolean {
  const { count, share } = frequentIn(text);
  return count < leastWords || share >= leastFrequent;
}

/** Whether a text is English whatever else it says, such as a report full of terms. */
export function isSurelyEnglish(text: string): boolean {
  const { count, share } = frequentIn(text);
  return count >= leastSure && share >= surelyFrequent;
}

function frequentIn(text: string): { count: number; share: number } {
  const words = text.toLowerCase().match(/\p{L}+/gu) ?? [];
  return { count: words.length, share: words.filter((word) => frequent.has(word)).length / Math.max(1, words.length) };
}

/** What is written in one way on one side of the Atlantic, and never so on the other. */
const marks: readonly (readonly [Dialect, RegExp])[] = [
  [
    'british',
    /\b(?:(?:colour|favour|labour|behaviour|honour|neighbour|harbour|flavour|endeavour|rumour|humour)\w*|(?:cent|lit|theat|fib|calib)res?|met?res?(?<=metres?)|cheques?|programmes?|licences?|defences?|offences?|pretences?|(?:travel|cancel|label|model|signal|fuel|counsel)l(?:ed|ing|er|ers|or|ors)|fulfils?|fulfilment|enrols?|enrolment|instalments?|(?:organ|real|recogn|author|util|minim|maxim|optim|priorit|summar|character|standard|final|special|central|general|normal)is(?:e|es|ed|ing|ations?)|analys(?:e|ed|ing)|catalogues?|dialogues?|grey|whilst|amongst|judgements?|acknowledgements?|ageing|sceptic\w*|plough\w*|tyres?|kerbs?|storeys?|aluminium|learnt|spelt|manoeuvre\w*|paediatric\w*|encyclopaedia)\b/giu,
  ],
  [
    'american',
    /\b(?:(?:color|favor|labor|behavior|honor|neighbor|harbor|flavor|endeavor|rumor|humor)(?:s|ed|ing|able|ite|ites|al|hood|ful)?|(?:center|liter|theater|fiber|caliber)s?|(?:defense|offense|pretense)s?|(?:travel|cancel|label|model|signal|fuel|counsel)(?:ed|ing|er|ers|or|ors)|fulfills?|fulfillment|enrolls?|enrollment|installments?|analyz(?:e|ed|es|ing)|catalogs?|gray|skeptic\w*|aluminum|maneuver\w*|pediatric\w*|plow\w*|curbs?)\b/giu,
  ],
];

/** The dialect that more words of a text are written in; `undefined` where it does not show. */
export function dialectOf(text: string): Dialect | undefined {
  const [one, other] = marks.map(([dialect, words]) => ({
    dialect,
    count: new Set((text.match(words) ?? []).map((word) => word.toLowerCase())).size,
  }));
  if (one === undefined || other === undefined || one.count === other.count) return undefined;
  return one.count > other.count ? one.dialect : other.dialect;
}
