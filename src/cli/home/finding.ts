/** The result of a check; `note` where it works and there is something to know about it. */
export interface Finding {
  found: string;
  state?: 'ok' | 'note';
  advice?: string;
}
