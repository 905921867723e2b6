/** How and where elements are written. */
export interface Around {
  /** Address that relative links begin at. */
  base?: string;
  /** Without marks for emphasis, code and links: for hits, which are quoted in one line. */
  isPlain: boolean;
  /** Whether it is the document of a frame. */
  isFramed: boolean;
  /** Whether what is for browsers without scripts is written. */
  withNoscript: boolean;
  /** Whether line breaks and blanks are kept. */
  keepsLines?: boolean;
  /** Elements that hold blocks. */
  holders: WeakSet<object>;
  /** Lists and quotations around. */
  depth: number;
  isInCell: boolean;
  /** Numbers of notes by their ids. */
  notes: ReadonlyMap<string, string>;
  /** Emphasis around: it is marked once. */
  marks: ReadonlySet<string>;
}

/** An address as a link has it; `undefined` for what leads nowhere else. */
export function addressOf(href: string | undefined, base: string | undefined): string | undefined {
  const given = href?.trim() ?? '';
  if (given === '' || given.startsWith('#') || /^(javascript|data|blob|about|vbscript):/i.test(given)) return undefined;
  const whole = URL.canParse(given, base) ? new URL(given, base).href : given;
  return whole.replaceAll(/\s/g, '%20').replaceAll('(', '%28').replaceAll(')', '%29');
}
