/** The reason why something in a folder is left out, in the words of lists and of the line before a start. */
export const whyLeftOut = {
  hidden: 'hidden',
  vendored: 'vendored',
  ignored: 'ignored',
  home: "fanfold's home",
  linkOut: 'a link that leads out of the folder',
  linkToFolder: 'a link to a folder',
  linkToNothing: 'a link to nothing',
  notRegular: 'not a regular file',
  noReader: 'no reader',
  unreadable: 'cannot be read',
} as const;

export type WhyLeftOut = keyof typeof whyLeftOut;

/** A file that is not taken, or a folder with all that is in it. */
export interface LeftOut {
  /** Path from the folder that is walked, with `/` between its parts; a folder's path ends with `/`. */
  path: string;
  why: WhyLeftOut;
  /** Details of the reason: `for .docx`, `EACCES`. */
  detail?: string;
}

/** The reason as a phrase: `no reader for .docx`. */
export function reasonOf({ why, detail }: Omit<LeftOut, 'path'>): string {
  return detail === undefined ? whyLeftOut[why] : `${whyLeftOut[why]} ${detail}`;
}
