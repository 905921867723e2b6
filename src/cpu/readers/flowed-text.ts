/**
 * Flowed text of a mail with its paragraphs in one line each (RFC 3676): a line that ends with a blank goes on in the next one, if that is
 * quoted as deeply.
 *
 * @param withoutBlanks whether that blank is none of the text (`delsp`)
 */
export function unflowed(text: string, { withoutBlanks }: { withoutBlanks: boolean }): string {
  const paragraphs: { depth: number; text: string; isOpen: boolean }[] = [];
  for (const line of text.split('\n')) {
    const depth = /^>*/.exec(line)?.[0].length ?? 0;
    const own = line.slice(depth).replace(/^ /, '');
    // The line above a signature ends with a blank and is whole.
    const isOpen = own.endsWith(' ') && own !== '-- ';
    const piece = isOpen && withoutBlanks ? own.slice(0, -1) : own;
    const last = paragraphs.at(-1);
    if (last?.isOpen === true && last.depth === depth && own !== '-- ') {
      last.text += piece;
      last.isOpen = isOpen;
    } else paragraphs.push({ depth, text: piece, isOpen });
  }
  return paragraphs
    .map(({ depth, text: own }) => (depth === 0 ? own : `${'>'.repeat(depth)} ${own}`.trimEnd()))
    .join('\n');
}
