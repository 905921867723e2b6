/** A folder of documents of every kind, ranked by BM25+. */
export interface FolderSource {
  kind: 'files';
  /** Absolute path on the machine of the worker, which has to allow it. */
  folder: string;
}
/** A search service over HTTP that answers with JSON or XML. */
export interface HttpSource {
  kind: 'http';
  /** `{{ query }}` stands for the question, percent-encoded. No other host is contacted. */
  url: string;
  /** JSONPath (RFC 9535) of the hits; those of a hit's parts begin at the hit. */
  hits: string;
  title: string;
  link: string;
  text: string;
  /** Address of a hit without a link: `{{ $.id }}` in it stands for what is at a path of the hit, percent-encoded. */
  page?: string;
  /** JSONPath of a number by which hits are ordered, the least first; the order of the answer by default. */
  rank?: string;
  /** `${NAME}` is read from the worker's environment, where the worker allows it for the address. */
  headers?: { [name: string]: string };
  /** Milliseconds; the run's `timeoutMs` by default. */
  timeoutMs?: number;
  /** Format of the answer; `json` by default. XML is read as JSON: attributes begin with `@`, and `entry` and `item` are lists. */
  format?: 'json' | 'xml';
  /** Least milliseconds between two requests of one worker to the host. */
  everyMs?: number;
  /** Whether the host may have a private address; the worker has to allow it, too. */
  private?: boolean;
}
/** A place that is searched, by its name. */
export type Source = { name: string } & (FolderSource | HttpSource);
/** A hit of a source. */
export interface Hit {
  title: string;
  /** Empty where it has none. */
  link: string;
  text: string;
}
/** Parts of a hit in the address of its page. */
export const hitParts = /\{\{\s*(\$.*?)\s*\}\}/g;
/** Most hits that are taken from one source. */
export const hitsOfSource = 20;
/** The hits of a folder, and how many of its files there was no room for. */
export interface FolderHits {
  hits: Hit[];
  notSearched?: number;
}
