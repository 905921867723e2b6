/** What ends a name, an address or a path: blanks, quotation marks and brackets. */
const isEnd = /[\s<>"“”„«»()[\]{}|`*]/u;

/** Longest address that is looked at, in UTF-16 code units to each side. */
const mostAround = 500;

/** What stands around a place without a blank between. */
function tokenAround(text: string, at: number, end: number): string {
  let from = at;
  while (from > 0 && at - from < mostAround && !isEnd.test(text[from - 1] ?? ' ')) from -= 1;
  let to = end;
  while (to < text.length && to - end < mostAround && !isEnd.test(text[to] ?? ' ')) to += 1;
  return text.slice(from, to);
}

/** Whether a place is a part of an address, of a path or of a mail's address: nothing there is prose. */
export function isInAddress(text: string, at: number, end: number): boolean {
  const token = tokenAround(text, at, end);
  return /^[a-z][a-z\d+.-]*:\/\/|^www\.|^(?:~|\.{1,2})?\/\S|^[A-Za-z]:\\|^\\\\|^[^@\s]+@[^@\s]+\.|\S\\\S/i.test(token);
}

/** Whether a place is a part of something like a name: `a/b`, `config.port`, `key=value`. A word in it may be meant as it is. */
export function isInName(text: string, at: number, end: number): boolean {
  return /[/\\_=#@]|\w\.\w/.test(tokenAround(text, at, end));
}

const latin =
  /\b(?:mutatis mutandis|inter alia|inter partes|pari passu|ab initio|ex ante|ex post|ex parte|bona fides?|mala fide|prima facie|pro rata|pro tanto|per annum|per diem|per se|ipso facto|ultra vires|force majeure|de facto|de jure|de minimis|in situ|in vitro|in vivo|et al|et seq|sui generis|status quo|quid pro quo|ceteris paribus|modus operandi|mens rea|habeas corpus|stare decisis|res judicata|lex fori|locus standi|ad hoc|a priori|a posteriori)\b/giu;

/** Where Latin stands that English has taken over: its words are right. */
export function latinIn(text: string): { at: number; end: number }[] {
  return Array.from(text.matchAll(latin), ({ 0: found, index }) => ({ at: index, end: index + found.length }));
}
