/** Text that is written block by block. Blanks are run together as browsers do. */
export class Flow {
  #text = '';
  #line = '';
  // Kept beside the line: looking at the end of a string that grows costs time in proportion to it.
  #last = '';

  /** The character behind which the next one goes; empty at the beginning of a line. */
  get last(): string {
    return this.#last;
  }

  /** Text of a document: its line breaks are blanks. */
  text(text: string): void {
    // A soft hyphen is seen at the end of a line only.
    const collapsed = text
      .replaceAll('\u00AD', '')
      .replaceAll(/[ \t\n\r\f]+/g, ' ')
      .replaceAll('\u00A0', ' ');
    const isAtBlank = this.#last === '' || this.#last === ' ' || this.#last === '\n';
    this.raw(isAtBlank && collapsed.startsWith(' ') ? collapsed.slice(1) : collapsed);
  }

  /** Text as it is to stand there. */
  raw(text: string): void {
    if (text === '') return;
    this.#line += text;
    this.#last = text.at(-1) ?? '';
  }

  lineBreak(): void {
    this.raw('\n');
  }

  /** Ends a block, if one has begun. */
  end(): void {
    const line = this.#line.replaceAll(' \n', '\n').trim();
    this.#line = '';
    this.#last = '';
    this.block(line);
  }

  /**
   * A block of its own.
   *
   * @param isTight whether it stands right below the one before it, without an empty line
   */
  block(text: string, isTight = false): void {
    if (this.#line !== '') this.end();
    if (text === '') return;
    this.#text += this.#text === '' ? text : (isTight ? '\n' : '\n\n') + text;
  }

  /** All that was written. */
  get whole(): string {
    this.end();
    return this.#text;
  }
}
