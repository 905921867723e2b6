/**
 * Ids of the calls of one conversation, as the API takes them: each once, of letters, digits, "-" and "_". Gateways give one id to
 * several calls, begin anew with every turn, or put dots and colons in.
 */
export class CallIds {
  readonly #taken = new Set<string>();

  /** The id that a call is sent with; the one that it came with, wherever that can be. */
  own(id: string): string {
    const plain = id.replaceAll(/[^a-zA-Z0-9_-]/g, '_') || 'call';
    let own = plain;
    for (let more = 2; this.#taken.has(own); more += 1) own = `${plain}_${more}`;
    this.#taken.add(own);
    return own;
  }
}
