/**
 * The beginning of a text, cut before a surrogate pair rather than through it: half of one is no character, and the API refuses it.
 *
 * @param most UTF-16 code units
 */
export function beginningOf(text: string, most: number): string {
  const cut = text.slice(0, most);
  return cut.length < text.length && /[\uD800-\uDBFF]$/.test(cut) ? cut.slice(0, -1) : cut;
}
