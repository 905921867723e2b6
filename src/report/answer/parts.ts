import type { Finding } from '../../fold/findings.js';

/**
 * What an answer is shown as, whether on a page or as text. All texts in it are foreign: whoever shows one makes it harmless.
 */
export type AnswerPart =
  | TextPart
  | SectionPart
  | { part: 'side by side'; columns: readonly SectionPart[] }
  | { part: 'table'; columns: readonly string[]; rows: readonly (readonly unknown[])[] }
  | { part: 'fields'; fields: readonly { name: string; parts: readonly AnswerPart[] }[] }
  | { part: 'list'; items: readonly (readonly AnswerPart[])[] }
  | { part: 'sources'; sources: readonly ShownSource[] }
  | { part: 'findings'; findings: readonly Finding[] }
  | { part: 'code'; text: string }
  | NotePart;

/** What a model wrote, as Markdown. */
export interface TextPart {
  part: 'text';
  text: string;
  /** How many sources there are that `[1]` in it stands for; none where it cites nothing. */
  cites?: number;
}

/** A part with a heading. */
export interface SectionPart {
  part: 'section';
  title: string;
  /** What stands beside the heading, such as the model that answered. */
  note?: string;
  parts: readonly AnswerPart[];
}

/** Words of fanfold's own. */
export interface NotePart {
  part: 'note';
  text: string;
  tone: 'plain' | 'waits' | 'bad';
}

/** A source by its number. */
export interface ShownSource {
  number: number;
  title: string;
  /** Empty where it has none. */
  link: string;
  text: string;
  /** Names of the sources that had it. */
  by: readonly string[];
}
