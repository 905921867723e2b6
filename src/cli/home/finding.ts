/** What a check found; `note` when it works with something to know. */
export interface Finding {
  found: string;
  state?: 'ok' | 'note';
  advice?: string;
}
