import type { Run } from './run.js';

/** The content of a report. */
export interface Reported {
  run: Run;
  /** The needs of each node of a graph. */
  edges: readonly { from: string; to: string }[];
  asked: Asked;
  /** RFC 3339. */
  writtenAt: string;
  /** Version of fanfold. */
  version: string;
}

/** What a run was asked, when and by whom. */
export interface Asked {
  /** RFC 3339. */
  startedAt: string;
  /** Temporal's identity of the client that started it, such as `pid@host`; `null` where the server does not say. */
  by: string | null;
  /** What `list` says that the run is about; absent where nothing says so. */
  title?: string;
  /** The question, task or prompt of the whole run. */
  question?: string;
  /** What each branch was asked, where its plan says so. */
  prompts: readonly AskedPrompt[];
  /** What all branches read. */
  document?: AskedDocument;
  /** Models, sources, tools and the policy, by name. */
  facts: readonly NamedText[];
  /** The columns of each row of a table that its prompt names, by the key of the row. */
  rows?: { readonly [key: string]: { readonly [column: string]: unknown } };
}

export interface AskedPrompt {
  key: string;
  model?: string;
  text: string;
}

export interface AskedDocument {
  title: string;
  /** Its text, or the beginning of it; absent where it is a file or is stored elsewhere. */
  text?: string;
  /** Characters of the text that are left out. */
  left: number;
}

export interface NamedText {
  name: string;
  value: string;
}

/** Two runs beside each other. */
export interface Compared {
  compared: [one: Reported, other: Reported];
  /** RFC 3339. */
  writtenAt: string;
  /** Version of fanfold. */
  version: string;
}
