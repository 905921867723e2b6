/** The first UTF-16 code units of a text, cut before a surrogate pair rather than through it. */
export function beginningOf(text: string, most: number): string {
  return text.length <= most ? text : text.slice(0, most).replace(/[\uD800-\uDBFF]$/, '');
}
